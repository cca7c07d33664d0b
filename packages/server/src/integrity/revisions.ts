import { setImmediate as turn } from 'node:timers/promises';
import { z } from 'zod';
import type { Database } from '../db/database.js';
import { parseJson } from '../parse-json.js';

/** Tables whose rows have revisions. */
type RevisedTable = 'api_keys' | 'users' | 'sessions';

/**
 * The newest revision of each row according to the audit log: the entry about a change holds the revision that it
 * made. So a row that is put back to an earlier state, with everything that vouched for it then, is older than the
 * log says.
 */
export interface Revisions {
  /** Reads what was added to the audit log, if that was not done in the last second. Never within a transaction. */
  readonly refresh: () => Promise<void>;
  /** A row with a lower revision than this was put back; 0 if nothing is known. */
  readonly oldest: (table: RevisedTable, id: string) => number;
  /** Notes that a row with this revision was seen or committed. */
  readonly note: (table: RevisedTable, id: string, revision: number) => void;
  /**
   * The revision after another: the time, which also rises from one database to the next that it is restored into.
   */
  readonly next: (before: number) => number;
  /** Whether the session is under legal hold. */
  readonly isHeld: (sessionId: string) => boolean;
  /** Whether the login whose digest begins like this was ended by logging out. */
  readonly isEnded: (login: string) => boolean;
  readonly noteEnded: (login: string) => void;
  /** Notes that a session is under legal hold, or no longer is. */
  readonly noteHeld: (sessionId: string, isHeld: boolean) => void;
  /** The known ids of a table, to look for missing rows. */
  readonly known: (table: RevisedTable) => ReadonlyMap<string, number>;
  /** Whether the session was destroyed, to look for rows that came back. */
  readonly isDestroyed: (sessionId: string) => boolean;
}

const REFRESH_MS = 1000;

/** How many entries are looked through together; the event loop turns in between. */
const PAGE = 5000;

/**
 * Entries about the beginning and end of sessions are skipped if they are further back than this, since there are
 * many.
 */
const LOOKED_BACK = 50_000;

/**
 * The most sessions whose newest revision is remembered, unless all are asked for: a server must not grow with its
 * records.
 */
const MOST_SESSIONS = 20_000;

/** Logins are over after a day at most, and remembered as ended for longer. */
const ENDED_LOGINS_MS = 14 * 24 * 3_600_000;

const RELEVANT = [
  '%evision":%',
  '%evisionFloor":%',
  '%"action":"logout"%',
  '%"action":"record.hold"%',
  '%"action":"record.release"%',
  '%"action":"record.delete"%',
  '%"action":"retention.destroy"%',
  '%"action":"backup.restore"%',
];

/** Actions after which a session no longer exists. */
const ENDING: ReadonlySet<string> = new Set(['record.delete', 'retention.destroy', 'backup.restore']);

const relevantEntry = z.object({
  action: z.string(),
  time: z.string(),
  outcome: z.string(),
  subject: z.string().optional(),
  what: z.string().optional(),
  counts: z.record(z.string(), z.number()).optional(),
});
type RelevantEntry = z.output<typeof relevantEntry>;

/** The `what` of the entry about the end of a login. */
export function endedLogin(digest: string): string {
  return `login:${digest.slice(0, 16)}`;
}

/**
 * Nothing is read before the first `refresh`.
 * @param scope `all`: every session and every deletion is remembered
 */
export function createRevisions(
  { db }: Pick<Database, 'db'>,
  scope: 'recent' | 'all' = 'recent',
  now: () => number = () => performance.now(),
): Revisions {
  const newest: Readonly<Record<RevisedTable, Map<string, number>>> = {
    api_keys: new Map(),
    users: new Map(),
    sessions: new Map(),
  };
  const held = new Set<string>();
  const endedLogins = new Set<string>();
  const destroyed = new Set<string>();
  let floor = 0;
  let read = 0;
  let refreshedAt = -Infinity;
  let refreshing: Promise<void> | undefined;

  const note: Revisions['note'] = (table, id, revision) => {
    const map = newest[table];
    if ((map.get(id) ?? -1) >= revision) return;
    if (table === 'sessions' && scope === 'recent') {
      map.delete(id);
      for (const oldest of map.keys()) {
        if (map.size < MOST_SESSIONS) break;
        map.delete(oldest);
      }
    }
    map.set(id, revision);
  };

  const noteHeld: Revisions['noteHeld'] = (sessionId, isHeld) => {
    if (isHeld) held.add(sessionId);
    else held.delete(sessionId);
  };

  const take = ({ action, time, outcome, subject = '', what = '', counts = {} }: RelevantEntry): void => {
    const { keyRevision, userRevision, revision, revisionFloor } = counts;
    if (revisionFloor !== undefined) floor = Math.max(floor, revisionFloor);
    if (keyRevision !== undefined) note('api_keys', what, keyRevision);
    if (userRevision !== undefined) note('users', userOf(action, subject, what), userRevision);
    if (revision !== undefined) note('sessions', what, revision);
    if (outcome !== 'success' && action !== 'session.end') return;
    if (action === 'record.hold' || action === 'record.release') noteHeld(what, action === 'record.hold');
    if (action === 'logout' && Date.now() - Date.parse(time) < ENDED_LOGINS_MS) endedLogins.add(what);
    if (ENDING.has(action) && what !== '') {
      held.delete(what);
      newest.sessions.delete(what);
      if (scope === 'all') destroyed.add(what);
    }
  };

  const readOn = async (): Promise<void> => {
    for (;;) {
      const last = await db
        .selectFrom('audit_entries')
        .select('sequence')
        .orderBy('sequence', 'desc')
        .limit(1)
        .executeTakeFirst();
      const head = last?.sequence ?? 0;
      if (read >= head) break;
      const to = Math.min(head, read + PAGE);
      const rows = await db
        .selectFrom('audit_entries')
        .select('entry')
        .where('sequence', '>', read)
        .where('sequence', '<=', to)
        // The quoted pattern cannot occur within a text of the entry, where quotes are escaped.
        .where((eb) => eb.or(RELEVANT.map((pattern) => eb('entry', 'like', pattern))))
        .$if(scope === 'recent' && head - read > LOOKED_BACK, (query) =>
          query.where('entry', 'not like', '%"action":"session.%'),
        )
        .orderBy('sequence')
        .execute();
      for (const { entry } of rows) {
        const parsed = relevantEntry.safeParse(parseJson(entry));
        if (parsed.success) take(parsed.data);
      }
      read = to;
      if (read < head) await turn();
    }
    refreshedAt = now();
  };

  return {
    refresh: async () => {
      if (now() - refreshedAt < REFRESH_MS) return;
      refreshing ??= readOn().finally(() => (refreshing = undefined));
      await refreshing;
    },
    oldest: (table, id) => Math.max(newest[table].get(id) ?? 0, table === 'sessions' ? 0 : floor),
    note,
    next: (before) => Math.max(Date.now(), before + 1, floor + 1),
    isHeld: (sessionId) => held.has(sessionId),
    isEnded: (login) => endedLogins.has(login),
    noteEnded: (login) => {
      endedLogins.add(login);
    },
    noteHeld,
    known: (table) => newest[table],
    isDestroyed: (sessionId) => destroyed.has(sessionId),
  };
}

/** The user that an entry is about: the object of a change, but the subject of a login. */
function userOf(action: string, subject: string, what: string): string {
  return (action === 'login' ? subject : what).replace(/^user:/, '');
}
