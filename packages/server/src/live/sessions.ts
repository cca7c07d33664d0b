import { isSameIdentity, ownershipOf, type Identity, type Ownership } from '../access/identity.js';
import type { Session } from './session.js';

/** The sessions that are open. */
export interface Sessions {
  readonly count: () => number;
  /** The ownership of each of them. */
  readonly holders: () => readonly Ownership[];
  /** How many of them `identity` holds. */
  readonly countOf: (identity: Identity) => number;
  /** Counts a session of `identity` that is about to be added, until the returned function is called. */
  readonly reserve: (identity: Identity) => () => void;
  readonly add: (session: Session) => void;
  readonly find: (id: string) => Session | undefined;
  readonly all: () => readonly Session[];
  /** Ends the sessions of everybody whose credential has expired or was revoked. */
  readonly revalidate: () => Promise<void>;
  /**
   * Lets every session send the finals of the audio it has received and close.
   * Sessions that are not done after `seconds` are closed anyway; resolves with whether there were none.
   */
  readonly drain: (seconds: number) => Promise<boolean>;
}

/** Keeps track of open sessions. */
export function createSessions(): Sessions {
  /** The open sessions by id. */
  const open = new Map<string, Session>();
  const reserved: Identity[] = [];
  const identities = () => [...reserved, ...[...open.values()].map((session) => session.identity)];
  return {
    count: () => open.size + reserved.length,
    holders: () => identities().map(ownershipOf),
    countOf: (identity) => identities().filter((other) => isSameIdentity(other, identity)).length,
    reserve: (identity) => {
      const place = { ...identity };
      reserved.push(place);
      return () => {
        reserved.splice(reserved.indexOf(place), 1);
      };
    },
    add: (session) => {
      open.set(session.id, session);
      void session.closed.then(() => open.delete(session.id));
    },
    find: (id) => open.get(id),
    all: () => [...open.values()],
    revalidate: async () => {
      await Promise.all([...open.values()].map((session) => session.revalidate()));
    },
    drain: async (seconds) => {
      const done = Promise.all([...open.values()].map((session) => session.drain())).then(() => true);
      const clean = await Promise.race([done, elapsed(seconds)]);
      for (const session of open.values()) session.abandon();
      return clean;
    },
  };
}

function elapsed(seconds: number): Promise<false> {
  return new Promise((resolve) => {
    setTimeout(resolve, seconds * 1000, false).unref();
  });
}
