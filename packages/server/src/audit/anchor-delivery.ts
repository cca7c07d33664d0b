import type { Database } from '../db/database.js';

/** A place outside the database that takes anchors. */
export interface AnchorSink {
  readonly name: SinkName;
  /** Takes anchors in order, and has them for good when it resolves. It may be given one that it has already. */
  readonly take: (lines: readonly string[]) => Promise<void>;
}

/** The places where evidence of the log is kept. */
export type SinkName = 'file' | 'syslog' | 'timestamp';

/** The state of a place. */
export interface SinkState {
  readonly name: SinkName;
  readonly failures: number;
  /** When it last took something, milliseconds since 1970. */
  readonly lastSuccess: number | undefined;
  /** Since when it has been failing, milliseconds since 1970. */
  readonly failingSince: number | undefined;
}

/** Takes anchors that wait in the database to the places outside. */
export interface AnchorDelivery {
  /** Tries now; resolves when all places have been tried. Failures are retried automatically. Never rejects. */
  readonly deliver: () => Promise<void>;
  readonly states: () => readonly SinkState[];
  /** Tries no more; resolves when the last attempt has ended. */
  readonly close: () => Promise<void>;
}

interface DeliveryParts {
  readonly database: Database;
  readonly chain: string;
  readonly sinks: readonly AnchorSink[];
  /** Whether anchors that all places have are removed. Those that a command made wait for a server. */
  readonly isServer: boolean;
  readonly tracking: SinkTracking;
}

/** Told when a place begins to fail, and when it works again. */
export interface SinkTracking {
  readonly onFailing: (sink: SinkName, error: unknown) => void;
  readonly onRecovered: (sink: SinkName) => void;
}

/** How many anchors are handed over together. */
const BATCH = 200;
/** Pauses between attempts, milliseconds. */
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;
/** How often a server looks for anchors that commands have made, milliseconds. */
const LOOK_MS = 30_000;

/** Starts with every place in order. */
export function deliverAnchors({
  database,
  chain,
  sinks,
  isServer,
  tracking,
}: DeliveryParts): AnchorDelivery {
  const couriers = sinks.map((sink) => createCourier({ database, chain }, sink, tracking));
  const rounds = createRounds(async () => {
    const outcomes = await Promise.all(couriers.map((courier) => courier.bring()));
    if (outcomes.every(Boolean)) retry.reset();
    else retry.schedule();
    // If the database is unreachable they stay, and are removed later.
    if (isServer)
      await forget(database, chain, Math.min(...couriers.map(({ taken }) => taken()))).catch(() => undefined);
  });
  const retry = createRetry(() => void rounds.request());
  const looking = isServer ? setInterval(() => void rounds.request(), LOOK_MS).unref() : undefined;

  return {
    deliver: rounds.request,
    states: () => couriers.map(({ state }) => state()),
    close: () => {
      clearInterval(looking);
      retry.close();
      return rounds.underWay();
    },
  };
}

/** Brings anchors to one place. */
interface Courier {
  /** Takes everything there that it does not have yet; whether that succeeded. Never rejects. */
  readonly bring: () => Promise<boolean>;
  /** The number of the last anchor that the place has. */
  readonly taken: () => number;
  readonly state: () => SinkState;
}

function createCourier(
  { database, chain }: Pick<DeliveryParts, 'database' | 'chain'>,
  sink: AnchorSink,
  tracking: SinkTracking,
): Courier {
  const tracked = trackSink(sink.name, tracking);
  let taken = 0;

  const bringAll = async (): Promise<void> => {
    for (;;) {
      const waiting = await anchorsBehind(database, chain, taken);
      const last = waiting.at(-1);
      if (last === undefined) return;
      await sink.take(waiting.map(({ line }) => line));
      taken = last.number;
      tracked.succeeded();
    }
  };

  return {
    bring: () =>
      bringAll().then(
        () => true,
        (error: unknown) => {
          tracked.failed(error);
          return false;
        },
      ),
    taken: () => taken,
    state: tracked.state,
  };
}

function anchorsBehind({ db }: Database, chain: string, number: number) {
  return db
    .selectFrom('audit_anchors')
    .select(['number', 'line'])
    .where('chain', '=', chain)
    .where('number', '>', number)
    .orderBy('number')
    .limit(BATCH)
    .execute();
}

/** Does rounds of work one after the other. */
interface Rounds {
  /** Another round after the one that is under way; resolves when none is left to do. */
  readonly request: () => Promise<void>;
  /** Resolves when no round is under way. */
  readonly underWay: () => Promise<void>;
}

function createRounds(round: () => Promise<void>): Rounds {
  let running: Promise<void> | undefined;
  let isWanted = false;

  const run = async (): Promise<void> => {
    while (isWanted) {
      isWanted = false;
      await round();
    }
    running = undefined;
  };

  return {
    request: () => {
      isWanted = true;
      running ??= run();
      return running;
    },
    underWay: () => running ?? Promise.resolve(),
  };
}

/** Attempts again, after a pause that doubles each time. */
interface Retry {
  readonly schedule: () => void;
  /** After a success: the next pause is the first one again. */
  readonly reset: () => void;
  /** Attempts no more. */
  readonly close: () => void;
}

function createRetry(attempt: () => void): Retry {
  let pause = FIRST_PAUSE_MS;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  return {
    schedule: () => {
      if (isClosed) return;
      clearTimeout(timer);
      timer = setTimeout(attempt, pause).unref();
      pause = Math.min(LONGEST_PAUSE_MS, pause * 2);
    },
    reset: () => {
      pause = FIRST_PAUSE_MS;
    },
    close: () => {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}

/** Keeps the result of each attempt, and reports when a place begins to fail and when it works again. */
export function trackSink(
  name: SinkName,
  { onFailing, onRecovered }: SinkTracking,
): {
  readonly succeeded: () => void;
  readonly failed: (error: unknown) => void;
  readonly state: () => SinkState;
} {
  let state: SinkState = { name, failures: 0, lastSuccess: undefined, failingSince: undefined };
  return {
    succeeded: () => {
      if (state.failingSince !== undefined) onRecovered(name);
      state = { ...state, lastSuccess: Date.now(), failingSince: undefined };
    },
    failed: (error) => {
      if (state.failingSince === undefined) onFailing(name, error);
      state = { ...state, failures: state.failures + 1, failingSince: state.failingSince ?? Date.now() };
    },
    state: () => state,
  };
}

async function forget({ db }: Database, chain: string, upTo: number): Promise<void> {
  if (upTo === 0 || !Number.isFinite(upTo)) return;
  await db.deleteFrom('audit_anchors').where('chain', '=', chain).where('number', '<=', upTo).execute();
}
