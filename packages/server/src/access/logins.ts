import { stringifySetCookie } from 'cookie';
import type { Config } from '../config/schema.js';
import type { Selectable, Transaction } from 'kysely';
import type { Schema } from '../db/schema.js';
import { coveredOfLogin } from '../integrity/covered-columns.js';
import { endedLogin } from '../integrity/revisions.js';
import type { RowMac } from '../integrity/row-macs.js';
import type { AuditedBy } from './access-audit.js';
import { PATIENCE, type ChangeServices } from './change-services.js';
import { EXPIRED, NOT_VALID, recognised, type Recognition } from './authentication.js';
import { createSecret, digestOf, SECRET_PATTERN } from './secrets.js';
import { createUserRows } from './user-rows.js';
import { identityOfUser, userOf, type User } from './user.js';

/**
 * Browsers in which somebody is logged in, each known by a cookie. A login row that was written past the server, or
 * put back after the login had ended, lets nobody in.
 */
export interface Logins {
  /** Logs the user in; gives the content of the cookie. */
  readonly startIn: (transaction: Transaction<Schema>, user: Pick<User, 'id'>) => Promise<string>;
  /** Who logged in with this cookie. */
  readonly recognise: (cookie: string) => Promise<Recognition>;
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
  /** It ends when nothing comes for so long, seconds. */
  readonly idleSeconds: number;
  /** It ends after so long in any case, seconds from now. */
  readonly endsInSeconds: number;
}

type LoginSettings = Pick<Config, 'loginIdleMinutes' | 'loginHours'>;

/** How often use is written down, milliseconds, and as a share of the time that a login may be idle. */
const NOTE_USE_MS = 60_000;
const NOTE_USE_SHARE = 0.1;

const cookiePattern = new RegExp(`^${SECRET_PATTERN}$`);

type Row = Selectable<Schema['logins']>;

/** The logins in the database. */
export function createLogins(
  { loginIdleMinutes, loginHours }: LoginSettings,
  services: ChangeServices,
  now: () => Date = () => new Date(),
): Logins {
  const { queue, audit, integrity } = services;
  const { db } = services.database;
  const { macs, revisions, refused } = integrity;
  const users = createUserRows(services);
  const before = (milliseconds: number): string => new Date(now().getTime() - milliseconds).toISOString();
  const oldest = (): string => before(loginHours * 3_600_000);
  const mostIdle = (): string => before(loginIdleMinutes * 60_000);
  const noteUseMs = Math.min(NOTE_USE_MS, loginIdleMinutes * 60_000 * NOTE_USE_SHARE);

  const vouched = (row: Omit<Row, keyof RowMac>) => ({
    ...row,
    ...macs.vouch('logins', coveredOfLogin(row)),
  });

  const isAuthentic = async (row: Row): Promise<boolean> => {
    const name = endedLogin(row.digest);
    const refusal = !(await macs.isAuthentic('logins', coveredOfLogin(row), row))
      ? 'altered'
      : revisions.isEnded(name)
        ? 'replayed'
        : undefined;
    if (refusal !== undefined) refused.report({ table: 'logins', id: name, refusal });
    return refusal === undefined;
  };

  const noteUse = async (row: Row): Promise<void> => {
    if (row.last_seen_at > before(noteUseMs)) return;
    const { last_seen_at, mac, mac_key_id } = vouched({ ...row, last_seen_at: now().toISOString() });
    await db
      .updateTable('logins')
      .set({ last_seen_at, mac, mac_key_id })
      .where('digest', '=', row.digest)
      // The MAC of a login that a new password moved to another epoch meanwhile is different.
      .where('login_epoch', '=', row.login_epoch)
      .execute();
  };

  const read = async (digest: string): Promise<Login | undefined> => {
    const row = await db.selectFrom('logins').selectAll().where('digest', '=', digest).executeTakeFirst();
    if (row === undefined || row.created_at <= oldest() || row.last_seen_at <= mostIdle()) return undefined;
    const user = await users.find(row.user_id);
    if (user === undefined || user.disabled_at !== null || !(await isAuthentic(row))) return undefined;
    if (row.login_epoch !== user.login_epoch) return undefined;
    await noteUse(row);
    const endsInSeconds = loginHours * 3600 - (now().getTime() - Date.parse(row.created_at)) / 1000;
    return { user: userOf(user), idleSeconds: loginIdleMinutes * 60, endsInSeconds };
  };

  return {
    startIn: async (transaction, { id }) => {
      const cookie = createSecret();
      const at = now().toISOString();
      await transaction.deleteFrom('logins').where('created_at', '<=', oldest()).execute();
      const { login_epoch } = await transaction
        .selectFrom('users')
        .select('login_epoch')
        .where('id', '=', id)
        .executeTakeFirstOrThrow();
      const row = { digest: digestOf(cookie), user_id: id, created_at: at, last_seen_at: at, login_epoch };
      await transaction.insertInto('logins').values(vouched(row)).execute();
      return cookie;
    },
    recognise: async (cookie) => {
      if (!cookiePattern.test(cookie)) return NOT_VALID;
      const digest = digestOf(cookie);
      const login = await read(digest);
      // An unknown cookie is mostly one that was idle for too long.
      if (login === undefined) return EXPIRED;
      return recognised(identityOfUser(login.user), async () => (await read(digest)) !== undefined);
    },
    read: (cookie) => read(digestOf(cookie)),
    end: async (cookie, by) => {
      const digest = digestOf(cookie);
      await queue.submit(async (transaction) => {
        await transaction.deleteFrom('logins').where('digest', '=', digest).execute();
        await audit.appendIn(transaction, {
          action: 'logout',
          outcome: 'success',
          ...by,
          what: endedLogin(digest),
        });
      }, PATIENCE);
      revisions.noteEnded(endedLogin(digest));
    },
    endOthersIn: async (transaction, userId, cookie, login_epoch) => {
      const digest = digestOf(cookie);
      await transaction
        .deleteFrom('logins')
        .where('user_id', '=', userId)
        .where('digest', '!=', digest)
        .execute();
      const own = await transaction
        .selectFrom('logins')
        .selectAll()
        .where('digest', '=', digest)
        .executeTakeFirst();
      if (own === undefined || !(await isAuthentic(own))) return;
      const { mac, mac_key_id } = vouched({ ...own, login_epoch });
      await transaction
        .updateTable('logins')
        .set({ login_epoch, mac, mac_key_id })
        .where('digest', '=', digest)
        .execute();
    },
  };
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
