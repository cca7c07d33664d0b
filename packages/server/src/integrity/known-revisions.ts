import type { RelevantEntry } from './relevant-entries.js';

/** Tables whose rows have revisions. */
type RevisedTable = 'api_keys' | 'users' | 'sessions';

/** What is known about revisions, from the audit log and from rows that were seen. */
export interface KnownRevisions {
  /** Learns from the next entry of the audit log. */
  readonly take: (entry: RelevantEntry) => void;
  /** A row with a lower revision than this was put back; 0 if nothing is known. */
  readonly oldest: (table: RevisedTable, id: string) => number;
  /** Notes that a row with this revision was seen or committed. */
  readonly note: (table: RevisedTable, id: string, revision: number) => void;
  /**
   * The revision after `before`: the time, so that revisions also rise when a backup is restored into another database.
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

/**
 * The most sessions whose newest revision is remembered, unless all are asked for: a server must not grow with its
 * records.
 */
const MOST_SESSIONS = 20_000;

/** Logins are over after a day at most, and remembered as ended for longer. */
const ENDED_LOGINS_MS = 14 * 24 * 3_600_000;

/** Actions after which a session no longer exists. */
const ENDING: ReadonlySet<string> = new Set(['record.delete', 'retention.destroy', 'backup.restore']);

interface State {
  readonly newest: Readonly<Record<RevisedTable, Map<string, number>>>;
  readonly held: Set<string>;
  readonly endedLogins: Set<string>;
  readonly destroyed: Set<string>;
  /** The revision that every key and user has at least, since a backup was restored. */
  floor: number;
}

/**
 * Starts without knowing anything.
 * @param scope `all`: every session and every deletion is remembered
 */
export function createKnownRevisions(scope: 'recent' | 'all'): KnownRevisions {
  const state: State = {
    newest: { api_keys: new Map(), users: new Map(), sessions: new Map() },
    held: new Set(),
    endedLogins: new Set(),
    destroyed: new Set(),
    floor: 0,
  };
  const { newest, held, endedLogins, destroyed } = state;

  return {
    take: (entry) => {
      learnRevisions(state, entry, scope);
      learnEvents(state, entry, scope);
    },
    oldest: (table, id) => Math.max(newest[table].get(id) ?? 0, table === 'sessions' ? 0 : state.floor),
    note: (table, id, revision) => {
      note(state, scope, table, id, revision);
    },
    next: (before) => Math.max(Date.now(), before + 1, state.floor + 1),
    isHeld: (sessionId) => held.has(sessionId),
    isEnded: (login) => endedLogins.has(login),
    noteEnded: (login) => {
      endedLogins.add(login);
    },
    noteHeld: (sessionId, isHeld) => {
      noteHeld(state, sessionId, isHeld);
    },
    known: (table) => newest[table],
    isDestroyed: (sessionId) => destroyed.has(sessionId),
  };
}

/** Notes the revisions that an entry holds. */
function learnRevisions(state: State, entry: RelevantEntry, scope: 'recent' | 'all'): void {
  const { action, subject = '', what = '', counts = {} } = entry;
  const { keyRevision, userRevision, revision, revisionFloor } = counts;
  if (revisionFloor !== undefined) state.floor = Math.max(state.floor, revisionFloor);
  if (keyRevision !== undefined) note(state, scope, 'api_keys', what, keyRevision);
  if (userRevision !== undefined) note(state, scope, 'users', userOf(action, subject, what), userRevision);
  if (revision !== undefined) note(state, scope, 'sessions', what, revision);
}

/** Notes what an entry says was done, if it succeeded. */
function learnEvents(state: State, entry: RelevantEntry, scope: 'recent' | 'all'): void {
  const { action, time, outcome, what = '' } = entry;
  if (outcome !== 'success' && action !== 'session.end') return;
  if (action === 'record.hold' || action === 'record.release')
    noteHeld(state, what, action === 'record.hold');
  if (action === 'logout' && Date.now() - Date.parse(time) < ENDED_LOGINS_MS) state.endedLogins.add(what);
  if (!ENDING.has(action) || what === '') return;
  state.held.delete(what);
  state.newest.sessions.delete(what);
  if (scope === 'all') state.destroyed.add(what);
}

function note(
  { newest }: State,
  scope: 'recent' | 'all',
  table: RevisedTable,
  id: string,
  revision: number,
): void {
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
}

function noteHeld({ held }: State, sessionId: string, isHeld: boolean): void {
  if (isHeld) held.add(sessionId);
  else held.delete(sessionId);
}

/** The user that an entry is about: the object of a change, but the subject of a login. */
function userOf(action: string, subject: string, what: string): string {
  return (action === 'login' ? subject : what).replace(/^user:/, '');
}
