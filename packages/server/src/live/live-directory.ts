import { ownershipOf, type Identity, type Ownership } from '../access/identity.js';
import type { WatchedSessions } from '../cluster/watched-sessions.js';
import type { RecordSummary, SessionScope } from '../records/record.js';
import type { RecordStore } from '../records/record-store.js';
import type { LiveState } from './live-state.js';
import type { Session } from './session.js';
import type { Sessions } from './sessions.js';

/** An open session, as others than its holder may see it: nothing of what is said. */
export interface WatchedSession {
  readonly id: string;
  readonly owner: string;
  readonly groups: readonly string[];
  readonly startedAt: string;
  readonly language: string;
  readonly model: string;
  readonly channels: number;
  /** Name of the server that holds it, if that is known. */
  readonly server: string | undefined;
  /** Undefined if the server that holds it does not answer. */
  readonly state: LiveState | undefined;
}

/** A page of open sessions, the newest first. */
interface WatchedPage {
  readonly sessions: readonly WatchedSession[];
  /** Where the next page begins, if there is one. */
  readonly next: string | undefined;
}

/** The open sessions of all servers that share a database. */
export interface LiveDirectory {
  readonly list: (
    scope: SessionScope,
    page: { readonly limit: number; readonly after?: string | undefined },
  ) => Promise<WatchedPage>;
  /** To whom an open session belongs; undefined if it is not open. */
  readonly ownershipOf: (id: string) => Promise<Ownership | undefined>;
  /** Ends a session. `out-of-reach`: another server holds it, and cannot be asked. */
  readonly stop: (id: string) => Promise<'stopped' | 'not-open' | 'out-of-reach'>;
}

export interface LiveDirectoryServices {
  readonly sessions: Pick<Sessions, 'find' | 'all'>;
  readonly records: Pick<RecordStore, 'findOpen' | 'summary' | 'holderOf'>;
  /** Whether sessions have rows by which other servers' are found. */
  readonly isRecording: boolean;
  readonly serverId: string;
  /** Name of this server. */
  readonly serverName: string | undefined;
  /** Asks other servers; undefined if this one works alone. */
  readonly others: WatchedSessions | undefined;
}

/** The rows say which sessions are open, and the servers that hold them how they are doing. */
export function createLiveDirectory(services: LiveDirectoryServices): LiveDirectory {
  const { sessions, records, isRecording, serverId, others } = services;

  const here = (id: string): Session | undefined => {
    const session = sessions.find(id);
    return session?.state().isEnding === true ? undefined : session;
  };

  return {
    list: async (scope, page) => {
      if (!isRecording) return { sessions: listHere(services, scope), next: undefined };
      const { records: found, next } = await records.findOpen(scope, page);
      return { sessions: await withStates(services, found), next };
    },
    ownershipOf: async (id) => {
      const session = here(id);
      if (session !== undefined) return ownershipOf(session.identity);
      const summary = isRecording ? await records.summary(id) : undefined;
      return summary?.state === 'open' && summary.kind === 'live' ? summary : undefined;
    },
    stop: async (id) => {
      const session = here(id);
      if (session !== undefined) {
        session.stop();
        return 'stopped';
      }
      const holder = isRecording ? await records.holderOf(id) : undefined;
      if (holder === undefined || holder === serverId) return 'not-open';
      const outcome = (await others?.stopAt(holder, id)) ?? 'silent';
      if (outcome === 'silent') return 'out-of-reach';
      return outcome === 'stopped' ? 'stopped' : 'not-open';
    },
  };
}

/** The sessions of this server, where no others can be found. */
function listHere(
  { sessions, serverName }: LiveDirectoryServices,
  scope: SessionScope,
): readonly WatchedSession[] {
  return sessions
    .all()
    .filter(({ identity }) => isWithin(identity, scope))
    .map(({ id, identity, startedAt, settings, model, state }) => ({
      id,
      owner: identity.subject,
      groups: identity.groups,
      startedAt: startedAt.toISOString(),
      language: settings.language,
      model,
      channels: settings.channels,
      server: serverName,
      state: state(),
    }))
    .toReversed();
}

function isWithin({ tenant, subject, groups }: Identity, scope: SessionScope): boolean {
  if (tenant !== scope.tenant) return false;
  if (scope.owner === undefined && scope.groups === undefined) return true;
  return subject === scope.owner || groups.some((group) => scope.groups?.includes(group) === true);
}

async function withStates(
  { sessions, serverId, serverName, others }: LiveDirectoryServices,
  found: readonly RecordSummary[],
): Promise<readonly WatchedSession[]> {
  const holders = new Set(found.flatMap(({ heldBy }) => (heldBy === undefined ? [] : [heldBy])));
  holders.delete(serverId);
  const told = new Map(
    await Promise.all(
      [...holders].map(async (server) => {
        const ids = found.filter(({ heldBy }) => heldBy === server).map(({ id }) => id);
        return [server, await others?.statesAt(server, ids)] as const;
      }),
    ),
  );
  return found.map((session) => {
    const { id, owner, groups, startedAt, language, model, channels, heldBy } = session;
    const isHere = heldBy === serverId;
    const there = told.get(heldBy ?? '');
    return {
      ...{ id, owner, groups, startedAt, language, model, channels },
      server: isHere ? serverName : there?.name,
      state: isHere ? sessions.find(id)?.state() : there?.states.get(id),
    };
  });
}
