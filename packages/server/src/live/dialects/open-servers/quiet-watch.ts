import type { Command } from '../../commands.js';

/** Waits for a second in which no frame comes. */
export interface QuietWatch {
  /** Waits from now on. */
  readonly wait: () => void;
  /** A frame has come: waits no longer. */
  readonly interrupt: () => void;
  /** Frames are not read for a while, so that nobody knows whether the client is quiet. */
  readonly pause: () => void;
  /** Begins with the session; returns what to do at its end. `act` carries out a command in order with frames. */
  readonly start: (act: (command: Command) => void) => () => void;
}

/** Starts the clock that calls `onElapsed` after some milliseconds, and returns what stops it. */
export type StartClock = (milliseconds: number, onElapsed: () => void) => () => void;

/** How long a client is quiet when it has paused or is done, milliseconds. */
const QUIET_MS = 1000;

/** A watch that does not wait yet. `onQuiet` is the command for a client that has been quiet. */
export function createQuietWatch(onQuiet: () => Command, startClock: StartClock = startTimeout): QuietWatch {
  let act: (command: Command) => void = () => undefined;
  let stopClock = (): void => undefined;
  /** The wait that is under way. */
  let current: { hasPaused: boolean } | undefined;

  const wait = (): void => {
    const own = { hasPaused: false };
    interrupt();
    current = own;
    // Asked in order with frames: one that came in time may wait for its turn.
    stopClock = startClock(QUIET_MS, () => {
      act({
        kind: 'reply',
        frames: () => {
          if (current === own) settle(own.hasPaused);
          return [];
        },
      });
    });
  };

  const settle = (hasPaused: boolean): void => {
    if (hasPaused) {
      wait();
      return;
    }
    interrupt();
    act(onQuiet());
  };

  const interrupt = (): void => {
    stopClock();
    current = undefined;
  };

  return {
    wait,
    interrupt,
    pause: () => {
      if (current) current.hasPaused = true;
    },
    start: (carryOut) => {
      act = carryOut;
      return interrupt;
    },
  };
}

const startTimeout: StartClock = (milliseconds, onElapsed) => {
  const timer = setTimeout(onElapsed, milliseconds);
  return () => {
    clearTimeout(timer);
  };
};
