import { stringifySetCookie } from 'cookie';
import type { Config } from '../config/schema.js';
import type { Database } from '../db/database.js';
import { EXPIRED, NOT_VALID, recognised, type Recognition } from './authentication.js';
import { createSecret, digestOf, SECRET_PATTERN } from './secrets.js';
import { identityOfUser, type User, type Users } from './users.js';

/** Browsers in which somebody is logged in, each known by a cookie. */
export interface Logins {
  /** Logs the user in; what the cookie holds. */
  readonly start: (user: User) => Promise<string>;
  /** Who logged in with this cookie. */
  readonly recognise: (cookie: string) => Promise<Recognition>;
  /** The user whose cookie it is, and how long it will do; undefined where it does not any more. */
  readonly read: (cookie: string) => Promise<Login | undefined>;
  readonly end: (cookie: string) => Promise<void>;
  /** Ends those of the user in all other browsers. */
  readonly endOthers: (userId: string, cookie: string) => Promise<void>;
}

/** Somebody who is logged in in a browser. */
export interface Login {
  readonly user: User;
  /** It ends when nothing came for so long, seconds. */
  readonly idleSeconds: number;
  /** It ends after so long in any case, seconds from now. */
  readonly endsInSeconds: number;
}

type LoginSettings = Pick<Config, 'loginIdleMinutes' | 'loginHours'>;

/** How often a sign of life is written down, milliseconds, and as a share of the time that a login may be idle. */
const NOTE_USE_MS = 60_000;
const NOTE_USE_SHARE = 0.1;

const cookiePattern = new RegExp(`^${SECRET_PATTERN}$`);

/** The logins in `database`. */
export function createLogins(
  { loginIdleMinutes, loginHours }: LoginSettings,
  { db }: Pick<Database, 'db'>,
  users: Users,
  now: () => Date = () => new Date(),
): Logins {
  const before = (milliseconds: number): string => new Date(now().getTime() - milliseconds).toISOString();
  const oldest = (): string => before(loginHours * 3_600_000);
  const mostIdle = (): string => before(loginIdleMinutes * 60_000);
  const noteUseMs = Math.min(NOTE_USE_MS, loginIdleMinutes * 60_000 * NOTE_USE_SHARE);

  const read = async (digest: string): Promise<Login | undefined> => {
    const row = await db.selectFrom('logins').selectAll().where('digest', '=', digest).executeTakeFirst();
    if (row === undefined || row.created_at <= oldest() || row.last_seen_at <= mostIdle()) return undefined;
    const user = await users.find(row.user_id);
    if (user === undefined || user.disabledAt !== undefined) return undefined;
    if (row.last_seen_at <= before(noteUseMs)) {
      const seen = { last_seen_at: now().toISOString() };
      await db.updateTable('logins').set(seen).where('digest', '=', digest).execute();
    }
    const endsInSeconds = loginHours * 3600 - (now().getTime() - Date.parse(row.created_at)) / 1000;
    return { user, idleSeconds: loginIdleMinutes * 60, endsInSeconds };
  };

  return {
    start: async ({ id }) => {
      const cookie = createSecret();
      const at = now().toISOString();
      await db.deleteFrom('logins').where('created_at', '<=', oldest()).execute();
      await db
        .insertInto('logins')
        .values({ digest: digestOf(cookie), user_id: id, created_at: at, last_seen_at: at })
        .execute();
      return cookie;
    },
    recognise: async (cookie) => {
      if (!cookiePattern.test(cookie)) return NOT_VALID;
      const digest = digestOf(cookie);
      const login = await read(digest);
      // A cookie that is known no more is most often one that was idle for too long.
      if (login === undefined) return EXPIRED;
      return recognised(identityOfUser(login.user), async () => (await read(digest)) !== undefined);
    },
    read: (cookie) => read(digestOf(cookie)),
    end: async (cookie) => {
      await db.deleteFrom('logins').where('digest', '=', digestOf(cookie)).execute();
    },
    endOthers: async (userId, cookie) => {
      await db
        .deleteFrom('logins')
        .where('user_id', '=', userId)
        .where('digest', '!=', digestOf(cookie))
        .execute();
    },
  };
}

/** Name of the cookie. Browsers take one with this prefix over https only, and from the host itself. */
export function loginCookieName(protocol: string): string {
  return protocol === 'https' ? '__Host-auscult' : 'auscult';
}

/** The header that gives a browser the cookie, or takes it away where there is none. */
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
