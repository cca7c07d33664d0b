import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SessionOptions } from '../load/session.js';
import { runTogether } from '../load/sessions.js';
import type { Track } from '../load/track.js';
import { processorSeconds } from '../server/processor-seconds.js';
import { processesOf } from '../server/process-use.js';
import type { Target } from '../server/target.js';

/** What traces cost. */
export interface TracesResults {
  readonly streams: number;
  readonly rounds: number;
  readonly without: TracesRun;
  readonly with: TracesRun & { readonly spanBytes: number };
  /** Processor time of the server's own process for each final, with traces less without, milliseconds. */
  readonly extraPerFinalMs: number;
  /** The same as a share of all that a final takes without traces, in all processes. */
  readonly share: number;
}

/** All rounds of one kind together. */
interface TracesRun {
  readonly finals: number;
  /** Processor time of the server's own process, where spans are made and sent, seconds. */
  readonly ownSeconds: number;
  /** The same of all its processes. */
  readonly allSeconds: number;
}

/** How it is measured. */
export interface TracesOptions {
  readonly rounds: number;
  /** Starts a server with these flags. */
  readonly start: (flags: readonly string[]) => Promise<Target>;
  readonly session: (target: Target) => SessionOptions;
}

/** Runs the same tracks at once in real time, in turn without traces and with traces that a collector takes. */
export async function measureTraces(
  tracks: readonly Track[],
  options: TracesOptions,
): Promise<TracesResults> {
  const collector = await startCollector();
  const without: TracesRun[] = [];
  const traced: TracesRun[] = [];
  try {
    for (let round = 0; round < options.rounds; round++) {
      without.push(await measureRun(tracks, [], options));
      traced.push(await measureRun(tracks, ['--otlp-endpoint', collector.url], options));
    }
  } finally {
    collector.close();
  }
  return compare(tracks.length, options.rounds, sum(without), {
    ...sum(traced),
    spanBytes: collector.bytes(),
  });
}

/** Spans are sent every five seconds: those of the last finals count, too. */
const UNTIL_SENT_MS = 6000;

async function measureRun(
  tracks: readonly Track[],
  flags: readonly string[],
  { start, session }: TracesOptions,
): Promise<TracesRun> {
  const target = await start(flags);
  try {
    const before = timesOf(target);
    const { sessions } = await runTogether(tracks, session(target), STAGGER_SECONDS);
    await sleep(UNTIL_SENT_MS);
    const after = timesOf(target);
    return {
      finals: sessions.reduce((count, { finals }) => count + finals.length, 0),
      ownSeconds: after.own - before.own,
      allSeconds: after.all - before.all,
    };
  } finally {
    await target.stop();
  }
}

/** Between the beginnings of two streams. */
const STAGGER_SECONDS = 1;

function timesOf({ pid }: Target): { readonly own: number; readonly all: number } {
  const own = pid === undefined ? undefined : processorSeconds(pid);
  if (pid === undefined || own === undefined)
    throw new Error('This system does not tell what a process uses: the benchmark needs Linux.');
  const all = processesOf(pid).reduce((seconds, id) => seconds + (processorSeconds(id) ?? 0), 0);
  return { own, all };
}

function sum(runs: readonly TracesRun[]): TracesRun {
  const total = (of: (run: TracesRun) => number): number =>
    runs.reduce((seconds, run) => seconds + of(run), 0);
  return {
    finals: total(({ finals }) => finals),
    ownSeconds: total(({ ownSeconds }) => ownSeconds),
    allSeconds: total(({ allSeconds }) => allSeconds),
  };
}

function compare(
  streams: number,
  rounds: number,
  without: TracesRun,
  traced: TracesResults['with'],
): TracesResults {
  const extraSeconds = traced.ownSeconds / traced.finals - without.ownSeconds / without.finals;
  return {
    ...{ streams, rounds, without, with: traced },
    extraPerFinalMs: extraSeconds * 1000,
    share: extraSeconds / (without.allSeconds / without.finals),
  };
}

/** Takes whatever comes, as a collector over OTLP does. */
async function startCollector() {
  let bytes = 0;
  const server = createServer((request: IncomingMessage, response) => {
    request.on('data', (part: Buffer) => {
      bytes += part.length;
    });
    request.on('end', () => response.setHeader('content-type', 'application/json').end('{}'));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    bytes: () => bytes,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
