import type { Transaction } from 'kysely';
import { RequestError } from '../errors.js';
import type { Database } from './database.js';
import { createDatabaseOutage, type CommitEvents } from './database-outage.js';
import type { Schema } from './schema.js';

/** Something to write, as a whole or not at all. It may be called again if the database was unreachable. */
type Write = (transaction: Transaction<Schema>) => Promise<void>;

/** How long a write may take. */
interface Patience {
  /** A write that is not on disk after this time is refused, and is not written later either. */
  readonly milliseconds: number;
  /**
   * If the database may have it by then, and only its answer is missing, that is waited for so much longer, milliseconds; then the
   * write is given up with an `OutcomeUnknownError`.
   */
  readonly inDoubtMilliseconds: number;
}

/** The patience of somebody who waits for an answer, and of what is tried again by itself. */
export const WRITE_PATIENCE: Patience = { milliseconds: 5000, inDoubtMilliseconds: 25_000 };

/**
 * A write was given up that may be on disk nevertheless. For whoever asked, it is one that was refused; what must not stay if nobody
 * knows of it has to be undone by another write, which may wait as long as it takes.
 */
export class OutcomeUnknownError extends RequestError {
  constructor() {
    super('records_unavailable', {}, RETRY_AFTER_SECONDS);
  }
}

/** When a client may try again, seconds. */
const RETRY_AFTER_SECONDS = 5;

/** Commits the writes of many, in order and together, so that they all share one wait for the disk. */
export interface CommitQueue {
  /**
   * Resolves once `write` is on disk. Rejects with a `RequestError` `records_unavailable` when patience ends, which is an
   * `OutcomeUnknownError` if it may be on disk, and with the error of the database if only this write is at fault.
   */
  readonly submit: (write: Write, patience?: Patience) => Promise<void>;
  /** Whether the last attempt succeeded, so that another write can be expected to succeed. */
  readonly isWriting: () => boolean;
  /** Resolves when nothing is waiting. */
  readonly settled: () => Promise<void>;
  /** Gives up what still waits; it is refused as `records_unavailable`. */
  readonly close: () => Promise<void>;
}

/**
 * The most writes that share a transaction, so that none waits long for the others. Where the database is too slow for so many
 * within their patience, fewer do, or all of them would be refused again and again.
 */
const MOST_TOGETHER = 500;

interface Waiting {
  readonly write: Write;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
  /** Runs until patience ends. */
  timer: NodeJS.Timeout | undefined;
  isRefused: boolean;
  /** Whether the database was told to commit it. */
  mayBeWritten: boolean;
}

/** Starts an empty queue over `database`. */
export function createCommitQueue(database: Database, events: CommitEvents): CommitQueue {
  const outage = createDatabaseOutage(events);
  let waiting: Waiting[] = [];
  let running: Promise<void> | undefined;
  let isClosed = false;
  let mostTogether = MOST_TOGETHER;

  const run = async (): Promise<void> => {
    // Wait for the other writes of the same turn of the event loop.
    await Promise.resolve();
    while (waiting.length > 0) {
      waiting = waiting.filter(({ isRefused }) => !isRefused);
      if (waiting.length === 0) break;
      const together = waiting.slice(0, mostTogether);
      const outcome = await attempt(together);
      if (outcome === 'done') mostTogether = Math.min(MOST_TOGETHER, 2 * mostTogether);
      else if (outcome === 'without-refused') mostTogether = Math.max(1, Math.floor(together.length / 2));
      if (outcome === 'again') await outage.rest();
      else if (outcome === 'done') waiting = waiting.filter((item) => !together.includes(item));
    }
    running = undefined;
  };

  const attempt = async (together: readonly Waiting[]): Promise<Outcome> => {
    try {
      const startedAt = performance.now();
      await commit(database, together);
      events.onCommitted?.((performance.now() - startedAt) / 1000);
      outage.over();
      for (const item of together) settle(item, item.resolve);
      return 'done';
    } catch (error) {
      if (error instanceof RefusedMeanwhile) return 'without-refused';
      if (outage.isBehind(error)) return 'again';
      if (together.length > 1) return await oneByOne(together);
      for (const item of together) {
        settle(item, () => {
          item.reject(error);
        });
      }
      return 'done';
    }
  };

  /** Commits the writes one by one, so that one that cannot be written does not stop the others. */
  const oneByOne = async (together: readonly Waiting[]): Promise<Outcome> => {
    for (const item of together) {
      const outcome = await attempt([item]);
      if (outcome !== 'done') return outcome;
      waiting = waiting.filter((other) => other !== item);
    }
    return 'done';
  };

  return {
    submit: (write, patience) =>
      new Promise((resolve, reject) => {
        const item = waitingFor({ write, resolve, reject, patience });
        if (isClosed) {
          refuse(item);
          return;
        }
        waiting.push(item);
        running ??= run();
      }),
    isWriting: () => !outage.isOn(),
    settled: () => running ?? Promise.resolve(),
    close: async () => {
      if (!outage.isOn()) await running;
      isClosed = true;
      for (const item of waiting) refuse(item);
      outage.stopResting();
      await running;
    },
  };
}

type Outcome = 'done' | 'again' | 'without-refused';

/** A write was refused while it was being written. */
class RefusedMeanwhile extends Error {}

async function commit(database: Database, together: readonly Waiting[]): Promise<void> {
  await database.transaction(async (transaction) => {
    for (const { write } of together) await write(transaction);
    // Whoever was told that nothing was written would never look after it.
    if (together.some(({ isRefused }) => isRefused)) throw new RefusedMeanwhile();
    for (const item of together) item.mayBeWritten = true;
  });
}

/** Something to write that is refused when patience ends. */
function waitingFor({
  patience,
  ...item
}: Pick<Waiting, 'write' | 'resolve' | 'reject'> & { readonly patience: Patience | undefined }): Waiting {
  const waiting: Waiting = { ...item, timer: undefined, isRefused: false, mayBeWritten: false };
  if (patience === undefined) return waiting;
  waiting.timer = setTimeout(() => {
    if (!waiting.mayBeWritten) {
      refuse(waiting);
      return;
    }
    waiting.timer = setTimeout(() => {
      refuse(waiting, new OutcomeUnknownError());
    }, patience.inDoubtMilliseconds);
  }, patience.milliseconds);
  return waiting;
}

function settle({ timer }: Waiting, how: () => void): void {
  clearTimeout(timer);
  how();
}

function refuse(item: Waiting, why = new RequestError('records_unavailable', {}, RETRY_AFTER_SECONDS)): void {
  item.isRefused = true;
  settle(item, () => {
    item.reject(why);
  });
}
