import type { Transaction } from 'kysely';
import { RequestError } from '../errors.js';
import type { Database } from './database.js';
import { databaseFailureOf } from './database-failure.js';
import type { Schema } from './schema.js';

/** Something to write, as a whole or not at all. It may be called again if the database was unreachable. */
type Write = (transaction: Transaction<Schema>) => Promise<void>;

/** How long a write is waited for. */
interface Patience {
  /** A write that is not on disk after so long is refused, and not tried again. Without it, the write waits. */
  readonly milliseconds: number;
}

/** Commits the writes of many, in order and together, so that they all share one wait for the disk. */
export interface CommitQueue {
  /**
   * Resolves once `write` is on disk. Rejects with a `RequestError` `records_unavailable` when patience ends, and
   * with the error of the database if only this write is at fault.
   */
  readonly submit: (write: Write, patience?: Patience) => Promise<void>;
  /** Whether the last attempt succeeded, so that what is begun now can be expected to be written. */
  readonly isWriting: () => boolean;
  /** Resolves when nothing is waiting. */
  readonly settled: () => Promise<void>;
  /** Gives up what still waits; it is refused as `records_unavailable`. */
  readonly close: () => Promise<void>;
}

/** Tells the server about the state of its database. */
export interface CommitEvents {
  /**
   * Commits fail, with this error of the database, and are tried again. A database that is damaged does not recover.
   */
  readonly onFailing: (error: unknown, failure: 'passing' | 'damaged') => void;
  readonly onRecovered: () => void;
}

/** Pauses between attempts while the database is unreachable, milliseconds. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2000;

/** The most writes that share a transaction, so that none waits long for the others. */
const MOST_TOGETHER = 500;

interface Waiting {
  readonly write: Write;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
  readonly patience: NodeJS.Timeout | undefined;
  isRefused: boolean;
}

/** Starts an empty queue over `database`. */
export function createCommitQueue(database: Database, events: CommitEvents): CommitQueue {
  let waiting: Waiting[] = [];
  let running: Promise<void> | undefined;
  let pause = 0;
  let told: 'passing' | 'damaged' | undefined;
  let isClosed = false;
  let wake: (() => void) | undefined;

  const run = async (): Promise<void> => {
    // What is submitted in the same turn of the event loop belongs together.
    await Promise.resolve();
    while (waiting.length > 0) {
      const together = waiting.slice(0, MOST_TOGETHER).filter(({ isRefused }) => !isRefused);
      const outcome = await attempt(together);
      if (outcome === 'again') await rest();
      else waiting = waiting.filter((item) => !together.includes(item) && !item.isRefused);
    }
    running = undefined;
  };

  const attempt = async (together: readonly Waiting[]): Promise<'done' | 'again'> => {
    try {
      await commit(together);
      recovered();
      for (const item of together) settle(item, item.resolve);
      return 'done';
    } catch (error) {
      const failure = databaseFailureOf(error);
      if (failure !== 'unforeseen') {
        failing(error, failure);
        return 'again';
      }
      if (together.length > 1) return await oneByOne(together);
      for (const item of together) {
        settle(item, () => {
          item.reject(error);
        });
      }
      return 'done';
    }
  };

  /** Finds the one that cannot be written, so that the others can be. */
  const oneByOne = async (together: readonly Waiting[]): Promise<'done' | 'again'> => {
    for (const item of together) {
      const outcome = await attempt([item]);
      if (outcome === 'again') return outcome;
      waiting = waiting.filter((other) => other !== item);
    }
    return 'done';
  };

  const commit = async (together: readonly Waiting[]): Promise<void> => {
    if (together.length === 0) return;
    await database.transaction(async (transaction) => {
      for (const { write } of together) await write(transaction);
    });
  };

  const failing = (error: unknown, failure: 'passing' | 'damaged'): void => {
    if (pause === 0 || (failure === 'damaged' && told !== 'damaged')) {
      events.onFailing(error, failure);
      told = failure;
    }
    pause = Math.min(LONGEST_PAUSE_MS, Math.max(FIRST_PAUSE_MS, pause * 2));
  };

  const recovered = (): void => {
    if (pause > 0) events.onRecovered();
    pause = 0;
    told = undefined;
  };

  const rest = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, pause);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
      if (isClosed) wake();
    });

  const refuse = (item: Waiting): void => {
    item.isRefused = true;
    settle(item, () => {
      item.reject(new RequestError('records_unavailable', {}, RETRY_AFTER_SECONDS));
    });
  };

  return {
    submit: (write, patience) =>
      new Promise((resolve, reject) => {
        const item: Waiting = {
          write,
          resolve,
          reject,
          patience:
            patience === undefined
              ? undefined
              : setTimeout(() => {
                  refuse(item);
                }, patience.milliseconds),
          isRefused: false,
        };
        if (isClosed) {
          refuse(item);
          return;
        }
        waiting.push(item);
        running ??= run();
      }),
    isWriting: () => pause === 0,
    settled: () => running ?? Promise.resolve(),
    close: async () => {
      if (pause === 0) await running;
      isClosed = true;
      for (const item of waiting) refuse(item);
      wake?.();
      await running;
    },
  };
}

/** When a client may try again, seconds. */
const RETRY_AFTER_SECONDS = 5;

function settle({ patience }: Waiting, how: () => void): void {
  clearTimeout(patience);
  how();
}
