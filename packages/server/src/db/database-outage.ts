import { databaseFailureOf } from './database-failure.js';

/** Receives the state of the database. */
export interface CommitEvents {
  /**
   * Commits fail, with the database's message, and are retried. A database that is damaged does not recover.
   */
  readonly onFailing: (error: unknown, failure: 'passing' | 'damaged') => void;
  readonly onRecovered: () => void;
  /** Something was committed, after so many seconds. */
  readonly onCommitted?: ((seconds: number) => void) | undefined;
}

/** Whether the database can be written to, and the pauses between attempts while it cannot. */
export interface DatabaseOutage {
  /** Reports a failed attempt; returns false if something other than the database is at fault. */
  readonly isBehind: (error: unknown) => boolean;
  /** Notes that an attempt has succeeded. */
  readonly over: () => void;
  readonly isOn: () => boolean;
  /** Resolves when the next attempt is due, or at once after `stopResting`. */
  readonly rest: () => Promise<void>;
  /** Ends the present pause, and all later ones. */
  readonly stopResting: () => void;
}

/** Pauses between attempts while the database is away, milliseconds. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2000;

/** Starts with a database that can be written to. */
export function createDatabaseOutage(events: CommitEvents): DatabaseOutage {
  let pause = 0;
  let told: 'passing' | 'damaged' | undefined;
  let isHurried = false;
  let wake: (() => void) | undefined;

  return {
    isBehind: (error) => {
      const failure = databaseFailureOf(error);
      if (failure === 'unforeseen') return false;
      if (pause === 0 || (failure === 'damaged' && told !== 'damaged')) {
        events.onFailing(error, failure);
        told = failure;
      }
      pause = Math.min(LONGEST_PAUSE_MS, Math.max(FIRST_PAUSE_MS, pause * 2));
      return true;
    },
    over: () => {
      if (pause > 0) events.onRecovered();
      pause = 0;
      told = undefined;
    },
    isOn: () => pause > 0,
    rest: () =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, pause);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
        if (isHurried) wake();
      }),
    stopResting: () => {
      isHurried = true;
      wake?.();
    },
  };
}
