import { stringifySetCookie } from 'cookie';
import type { Transaction } from 'kysely';
import { WRITE_PATIENCE } from '../db/commit-queue.js';
import type { Schema } from '../db/schema.js';
import { endedLogin } from '../integrity/revisions.js';
import type { AuditedBy } from './access-audit.js';
import type { ChangeServices } from './change-services.js';
import { EXPIRED, NOT_VALID, authenticated, type AuthenticationResult } from './authentication.js';
import { createLoginLifetime, type LoginLifetime, type LoginSettings } from './login-lifetime.js';
import { createLoginRows, type LoginRows } from './login-rows.js';
import { createSecret, digestOf, SECRET_PATTERN } from './secrets.js';
import { createUserRows, type UserRows } from './user-rows.js';
import { identityOfUser, userOf, type User } from './user.js';

/**
 * Browsers in which somebody is logged in, each known by a cookie. A login row that was forged, or put back after the
 * login had ended, lets nobody in.
 */
export interface Logins {
  /** Logs the user in; gives the content of the cookie. */
  readonly startIn: (transaction: Transaction<Schema>, user: Pick<User, 'id'>) => Promise<string>;
  /** Who logged in with this cookie. */
  readonly authenticate: (cookie: string) => Promise<AuthenticationResult>;
  /** The same, by the digest of the cookie. */
  readonly authenticateDigest: (digest: string) => Promise<AuthenticationResult>;
  /** The user whose cookie it is, and how long it is valid; undefined if it is no longer valid. */
  readonly read: (cookie: string) => Promise<Login | undefined>;
  /** Ends the login, with an entry in the audit log. */
  readonly end: (cookie: string, by: AuditedBy) => Promise<void>;
  /** Moves the login of this cookie to a new epoch of the user, which ends those in all other browsers. */
  readonly endOthersIn: (
    transaction: Transaction<Schema>,
    userId: string,
    cookie: string,
    loginEpoch: number,
  ) => Promise<void>;
}

/** Somebody who is logged in in a browser. */
export interface Login {
  readonly user: User;
  /** How long the login lasts without a request, seconds. */
  readonly idleSeconds: number;
  /** When the login ends in any case, seconds from now. */
  readonly endsInSeconds: number;
}

const cookiePattern = new RegExp(`^${SECRET_PATTERN}$`);

/** The logins in the database. */
export function createLogins(
  settings: LoginSettings,
  services: ChangeServices,
  now: () => Date = () => new Date(),
): Logins {
  const { queue, audit } = services;
  const { revisions } = services.integrity;
  const lifetime = createLoginLifetime(settings, now);
  const rows = createLoginRows(services);
  const users = createUserRows(services);
  const read = (digest: string): Promise<Login | undefined> => readLogin(rows, users, lifetime, digest);

  const authenticateDigest = async (digest: string): Promise<AuthenticationResult> => {
    const login = await read(digest);
    // An unknown cookie mostly belongs to a login that was idle for too long.
    if (login === undefined) return EXPIRED;
    return authenticated(
      identityOfUser(login.user),
      { kind: 'login', digest },
      async () => (await read(digest)) !== undefined,
    );
  };

  return {
    startIn: async (transaction, { id }) => {
      const cookie = createSecret();
      const at = lifetime.now();
      await transaction.deleteFrom('logins').where('created_at', '<=', lifetime.oldest()).execute();
      const { login_epoch } = await transaction
        .selectFrom('users')
        .select('login_epoch')
        .where('id', '=', id)
        .executeTakeFirstOrThrow();
      const row = { digest: digestOf(cookie), user_id: id, created_at: at, last_seen_at: at, login_epoch };
      await rows.insertIn(transaction, row);
      return cookie;
    },
    authenticate: async (cookie) => {
      return cookiePattern.test(cookie) ? authenticateDigest(digestOf(cookie)) : NOT_VALID;
    },
    authenticateDigest,
    read: (cookie) => read(digestOf(cookie)),
    end: async (cookie, by) => {
      const digest = digestOf(cookie);
      const what = endedLogin(digest);
      await queue.submit(async (transaction) => {
        await transaction.deleteFrom('logins').where('digest', '=', digest).execute();
        await audit.appendIn(transaction, { action: 'logout', outcome: 'success', ...by, what });
      }, WRITE_PATIENCE);
      revisions.noteEnded(what);
    },
    endOthersIn: async (transaction, userId, cookie, loginEpoch) => {
      const digest = digestOf(cookie);
      await transaction
        .deleteFrom('logins')
        .where('user_id', '=', userId)
        .where('digest', '!=', digest)
        .execute();
      const own = await rows.find(digest, transaction);
      if (own !== undefined && (await rows.isAuthentic(own))) await rows.moveIn(transaction, own, loginEpoch);
    },
  };
}

/** The login with this digest, if it is still valid. Notes that it is used now. */
async function readLogin(
  rows: LoginRows,
  users: UserRows,
  lifetime: LoginLifetime,
  digest: string,
): Promise<Login | undefined> {
  const row = await rows.find(digest);
  if (row === undefined || lifetime.isOver(row)) return undefined;
  const user = await users.find(row.user_id);
  if (user === undefined || user.disabled_at !== null || !(await rows.isAuthentic(row))) return undefined;
  if (row.login_epoch !== user.login_epoch) return undefined;
  if (lifetime.isUseNews(row)) await rows.noteUse(row, lifetime.now());
  const { idleSeconds } = lifetime;
  return { user: userOf(user), idleSeconds, endsInSeconds: lifetime.endsInSeconds(row) };
}

/** Name of the cookie. Browsers accept one with this prefix only over https, and only from the host itself. */
export function loginCookieName(protocol: string): string {
  return protocol === 'https' ? '__Host-auscult' : 'auscult';
}

/** The header that gives a browser the cookie, or removes it if there is none. */
export function setLoginCookie(protocol: string, value: string | undefined): string {
  return stringifySetCookie({
    name: loginCookieName(protocol),
    value: value ?? '',
    path: '/',
    httpOnly: true,
    sameSite: 'strict',
    secure: protocol === 'https',
    ...(value === undefined && { maxAge: 0 }),
  });
}
