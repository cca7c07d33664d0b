import type { Session } from './session.js';

/** The sessions that are open. */
export interface Sessions {
  readonly count: () => number;
  /** Counts a session that is about to be added, until what is returned is called. */
  readonly reserve: () => () => void;
  readonly add: (session: Session) => void;
  readonly find: (id: string) => Session | undefined;
  /**
   * Lets every session send the finals of the audio it has received and close.
   * Sessions that are not done after `seconds` are closed all the same; the result tells whether there was none.
   */
  readonly drain: (seconds: number) => Promise<boolean>;
}

/** Keeps track of open sessions. */
export function createSessions(): Sessions {
  const open = new Set<Session>();
  let reserved = 0;
  return {
    count: () => open.size + reserved,
    reserve: () => {
      reserved += 1;
      return () => {
        reserved -= 1;
      };
    },
    add: (session) => {
      open.add(session);
      void session.closed.then(() => open.delete(session));
    },
    find: (id) => [...open].find((session) => session.id === id),
    drain: async (seconds) => {
      const done = Promise.all([...open].map((session) => session.drain())).then(() => true);
      const clean = await Promise.race([done, elapsed(seconds)]);
      for (const session of open) session.abandon();
      return clean;
    },
  };
}

function elapsed(seconds: number): Promise<false> {
  return new Promise((resolve) => {
    setTimeout(resolve, seconds * 1000, false).unref();
  });
}
