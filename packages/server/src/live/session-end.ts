import type { Inbox } from './inbox.js';

/** `ending`: the client is gone, and what was taken is transcribed for the record. */
type State = 'open' | 'draining' | 'ending' | 'over';

/** How a session comes to its end. */
export interface SessionEnd {
  /** Whether nobody has begun to end the session. */
  readonly isOpen: () => boolean;
  /** Whether the client was let go. */
  readonly isEnding: () => boolean;
  readonly isOver: () => boolean;
  /** Reads no further message. Handles those that have come, and calls `onDone` when everything has been sent. */
  readonly drain: (onDone: () => void) => void;
  /**
   * Lets the client go. First its audio is transcribed for the record, although nobody waits for the text; if there is no
   * record, this is skipped.
   */
  readonly release: (closeCode: number) => void;
  /** Ends at once, without transcribing what was taken. */
  readonly conclude: (closeCode: number) => void;
  /** Resolves when the session is over. */
  readonly closed: Promise<void>;
}

/** The session that comes to its end. */
export interface EndingSession {
  readonly inbox: Inbox;
  readonly isRecorded: boolean;
  /** Whether any audio has come. */
  readonly hasHeard: () => boolean;
  /** Resolves once the finals of all audio are there, of which no more comes. */
  readonly finish: () => Promise<void>;
  /** The client is gone for good; may be called more than once. */
  readonly leave: () => void;
  /** Releases everything and reports the end; called once, last. */
  readonly onOver: (closeCode: number) => void;
}

/** Starts with an open session. */
export function createSessionEnd(session: EndingSession): SessionEnd {
  const { inbox, isRecorded, hasHeard, finish, leave, onOver } = session;
  let state: State = 'open';
  let resolveClosed = (): void => undefined;
  const closed = new Promise<void>((resolve) => {
    resolveClosed = resolve;
  });

  function conclude(closeCode: number): void {
    if (state === 'over') return;
    state = 'over';
    leave();
    inbox.close();
    onOver(closeCode);
    resolveClosed();
  }

  return {
    isOpen: () => state === 'open',
    isEnding: () => state === 'ending',
    isOver: () => state === 'over',
    drain: (onDone) => {
      if (state === 'ending') return;
      if (state === 'open') state = 'draining';
      inbox.stopReading();
      inbox.run(async () => {
        await finish();
        onDone();
      });
    },
    release: (closeCode) => {
      if (state === 'ending' || state === 'over') return;
      state = 'ending';
      leave();
      if (!isRecorded) {
        conclude(closeCode);
        return;
      }
      inbox.run(() => {
        if (!hasHeard()) return conclude(closeCode);
        return finish().then(() => {
          conclude(closeCode);
        });
      });
    },
    conclude,
    closed,
  };
}
