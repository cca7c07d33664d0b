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
export function deliverAnchors(parts: DeliveryParts): AnchorDelivery {
  const { database, chain, sinks, isServer } = parts;
  const tracked = sinks.map((sink) => trackSink(sink.name, parts.tracking));
  const taken = sinks.map(() => 0);
  let pause = FIRST_PAUSE_MS;
  let retry: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let isWanted = false;
  let isClosed = false;
  const looking = isServer ? setInterval(() => void deliver(), LOOK_MS).unref() : undefined;

  const bringTo = async (index: number): Promise<void> => {
    const sink = sinks[index];
    if (sink === undefined) return;
    for (;;) {
      const waiting = await database.db
        .selectFrom('audit_anchors')
        .select(['number', 'line'])
        .where('chain', '=', chain)
        .where('number', '>', taken[index] ?? 0)
        .orderBy('number')
        .limit(BATCH)
        .execute();
      const last = waiting.at(-1);
      if (last === undefined) return;
      await sink.take(waiting.map(({ line }) => line));
      taken[index] = last.number;
      tracked[index]?.succeeded();
    }
  };

  const round = async (): Promise<void> => {
    const outcomes = await Promise.all(
      sinks.map((_sink, index) =>
        bringTo(index).then(
          () => true,
          (error: unknown) => {
            tracked[index]?.failed(error);
            return false;
          },
        ),
      ),
    );
    if (outcomes.every(Boolean)) pause = FIRST_PAUSE_MS;
    else tryLater();
    // If the database is unreachable they stay, and are removed later.
    if (isServer) await forget(database, chain, Math.min(...taken)).catch(() => undefined);
  };

  const tryLater = (): void => {
    if (isClosed) return;
    clearTimeout(retry);
    retry = setTimeout(() => void deliver(), pause).unref();
    pause = Math.min(LONGEST_PAUSE_MS, pause * 2);
  };

  const run = async (): Promise<void> => {
    while (isWanted) {
      isWanted = false;
      await round();
    }
    running = undefined;
  };

  const deliver = (): Promise<void> => {
    isWanted = true;
    running ??= run();
    return running;
  };

  return {
    deliver,
    states: () => tracked.map((sink) => sink.state()),
    close: () => {
      isClosed = true;
      clearInterval(looking);
      clearTimeout(retry);
      return running ?? Promise.resolve();
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
