import type { Selectable } from 'kysely';
import type { Config } from '../config/schema.js';
import type { Schema } from '../db/schema.js';

/** How long logins last. */
export type LoginSettings = Pick<Config, 'loginIdleMinutes' | 'loginHours'>;

/** When logins end by themselves. All times are ISO 8601, as they are stored. */
export interface LoginLifetime {
  readonly now: () => string;
  /** The latest time at which a login that is over now can have begun. */
  readonly oldest: () => string;
  readonly isOver: (login: LoginTimes) => boolean;
  /** Whether the last use that was noted is so long ago that this one is to be noted too. */
  readonly isUseNews: (login: LoginTimes) => boolean;
  /** How long a login lasts without a request, seconds. */
  readonly idleSeconds: number;
  /** When the login ends in any case, seconds from now. */
  readonly endsInSeconds: (login: LoginTimes) => number;
}

type LoginTimes = Pick<Selectable<Schema['logins']>, 'created_at' | 'last_seen_at'>;

/** How often use is noted, milliseconds, and as a share of the time that a login may be idle. */
const NOTE_USE_MS = 60_000;
const NOTE_USE_SHARE = 0.1;

/** Makes the lifetime of logins; `now` is the clock, by default that of this machine. */
export function createLoginLifetime(
  { loginIdleMinutes, loginHours }: LoginSettings,
  now: () => Date,
): LoginLifetime {
  const idleMs = loginIdleMinutes * 60_000;
  const noteUseMs = Math.min(NOTE_USE_MS, idleMs * NOTE_USE_SHARE);
  const before = (milliseconds: number): string => new Date(now().getTime() - milliseconds).toISOString();
  const oldest = (): string => before(loginHours * 3_600_000);

  return {
    now: () => now().toISOString(),
    oldest,
    isOver: (login) => login.created_at <= oldest() || login.last_seen_at <= before(idleMs),
    isUseNews: (login) => login.last_seen_at <= before(noteUseMs),
    idleSeconds: loginIdleMinutes * 60,
    endsInSeconds: (login) => loginHours * 3600 - (now().getTime() - Date.parse(login.created_at)) / 1000,
  };
}
