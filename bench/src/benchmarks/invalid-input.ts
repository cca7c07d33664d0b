import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as elapsed } from 'node:timers/promises';
import type { FloodAccount, KindAccount } from '../invalid-input/flood.js';
import { startFlood } from '../invalid-input/start-flood.js';
import { createPacer } from '../load/pacer.js';
import { finalText, runSession, type Session } from '../load/session.js';
import { runUntilAdmitted } from '../load/sessions.js';
import type { Track } from '../load/track.js';
import { distribution, type Distribution } from '../measure/distribution.js';
import { finalDelays } from '../measure/final-delay.js';
import { comparableWords } from '../score/comparable-text.js';
import { countWordErrors } from '../score/word-errors.js';
import { createKey } from '../server/create-key.js';
import { watchHealth } from '../server/health-watch.js';
import { readMetrics, type ServerMetrics } from '../server/metrics.js';
import { processesOf, watchProcesses } from '../server/process-use.js';
import { auscultCommand, processOf, startServer, type Target } from '../server/target.js';

/** What is sent beside which speech. */
export interface InvalidInputPlan {
  /** Names of the kinds of input. */
  readonly kinds: readonly string[];
  /** Inputs of all kinds together. */
  readonly inputs: number;
  /** After as long, no more are sent, seconds. */
  readonly mostSeconds: number;
  /** The same inputs are sent for the same seed. */
  readonly seed: number;
  /** What is said, again and again. */
  readonly track: Track;
  /** More flags of the server. */
  readonly serve: readonly string[];
}

/** What was heard of the speech, compared with what was heard before the first input. */
export interface HeardSpeech {
  readonly sessions: number;
  /** Words that all sessions together should have. */
  readonly words: number;
  readonly lost: number;
  readonly changed: number;
  readonly added: number;
  /** Sessions that did not go on to their end. */
  readonly cut: number;
  /** From the end of each final to its arrival, seconds; undefined if none came. */
  readonly finals: Distribution | undefined;
}

/** The outcome of one run. */
export interface InvalidInputResults {
  readonly seed: number;
  /** Seconds in which inputs were sent. */
  readonly seconds: number;
  readonly kinds: FloodAccount;
  /** Without any input. */
  readonly alone: HeardSpeech;
  readonly beside: HeardSpeech;
  /** All processes of the server at rest, bytes; undefined on systems without `/proc`. */
  readonly memory: MemoryAtRest | undefined;
  /** Whether all processes that ran before the first input still run, and no others do. */
  readonly hasSameProcesses: boolean;
  /** The longest that the server took to answer that it is alive, seconds. */
  readonly slowestAnswerSeconds: number;
  readonly metrics: ServerMetrics;
  /** The last lines of errors that the server has logged; empty if there were none. */
  readonly errorsLogged: string;
}

/** Memory while nobody speaks and nothing is sent. */
interface MemoryAtRest {
  readonly before: number;
  readonly afterFirstHalf: number;
  readonly afterSecondHalf: number;
  /** The most at any time. */
  readonly peak: number;
}

/** Sends invalid input to a server in two halves, while somebody speaks to it in real time. */
export async function measureInvalidInput(
  plan: InvalidInputPlan,
  onSent: (sent: number) => void,
): Promise<InvalidInputResults> {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'auscult-invalid-input-'));
  const data = ['--data-directory', dataDirectory];
  try {
    const speakerKey = await createKey(data, 'clinician');
    const floodKeys: string[] = [];
    while (floodKeys.length < FLOOD_KEYS) floodKeys.push(await createKey(data, 'service'));
    const flags = [
      ...['--compatibility', 'deepgram,openai,vosk,whisper-live', '--authentication', 'required'],
      // An identity may hold twice as many places as are free.
      ...['--max-sessions', '400', '--max-sessions-per-identity', '100'],
      // Inputs that come one after the other would end their session.
      ...['--max-bad-messages', '10000'],
      // Sessions whose connection broke keep their places for as long.
      ...['--resume-seconds', '10'],
    ];
    const server = await startServer(
      auscultCommand([...data, ...flags, '--log-level', 'error', ...plan.serve]),
    );
    try {
      return await measureOn(server, { ...plan, speakerKey, floodKeys }, onSent);
    } finally {
      await server.stop();
    }
  } finally {
    rmSync(dataDirectory, { recursive: true, force: true });
  }
}

/** Those who send invalid input, of whom each has a share of the server. */
const FLOOD_KEYS = 4;

interface Keys {
  readonly speakerKey: string;
  readonly floodKeys: readonly string[];
}

async function measureOn(
  server: Target,
  { kinds, inputs, mostSeconds, seed, track, speakerKey, floodKeys }: InvalidInputPlan & Keys,
  onSent: (sent: number) => void,
): Promise<InvalidInputResults> {
  const { httpUrl } = server;
  const pid = processOf(server);
  const [serviceKey = ''] = floodKeys;
  const say = (): Promise<Session | undefined> => speak(server, track, speakerKey);
  const expected = wordsIn(await say());
  const alone = heardIn([await say()], expected);
  const processes = await rest(server, serviceKey);
  const memory = watchProcesses(pid, MEMORY_SECONDS);
  const memoryAtRest = async (): Promise<number> => {
    await rest(server, serviceKey, processes);
    const samples: number[] = [];
    for (let count = 0; count < REST_SAMPLES; count++) {
      samples.push(memory?.sample().memoryBytes ?? 0);
      await elapsed(MEMORY_SECONDS * 1000);
    }
    return Math.min(...samples);
  };
  const before = await memoryAtRest();
  const health = watchHealth(httpUrl);
  const sessions: (Session | undefined)[] = [];
  let seconds = 0;
  const sendHalf = async (half: number): Promise<FloodAccount> => {
    const began = performance.now();
    const order = {
      ...{ httpUrl, keys: floodKeys, kinds, seed: seed * 2 + half },
      ...{ inputs: Math.ceil(inputs / 2), mostSeconds: mostSeconds / 2 },
    };
    const sent = new AbortController();
    const sending = startFlood(order, (count) => {
      onSent(count + half * order.inputs);
    }).finally(() => {
      sent.abort();
      seconds += (performance.now() - began) / 1000;
    });
    const speaking = (async () => {
      do sessions.push(await say());
      while (!sent.signal.aborted);
    })();
    const [account] = await Promise.all([sending, speaking]);
    return account;
  };
  const first = await sendHalf(0);
  const afterFirstHalf = await memoryAtRest();
  const second = await sendHalf(1);
  const afterSecondHalf = await memoryAtRest();
  await health.stop();
  memory?.stop();
  return {
    seed,
    seconds,
    kinds: added(first, second),
    alone,
    beside: heardIn(sessions, expected),
    memory: memory && {
      before,
      afterFirstHalf,
      afterSecondHalf,
      peak: Math.max(...memory.samples.map(({ memoryBytes }) => memoryBytes)),
    },
    hasSameProcesses: processesOf(pid).join() === processes.join(),
    slowestAnswerSeconds: health.slowest(),
    metrics: await readMetrics(httpUrl, serviceKey),
    errorsLogged: server.output?.() ?? '',
  };
}

/** How often memory is sampled, seconds. */
const MEMORY_SECONDS = 0.5;
/** Samples at rest, of which the least counts: between two collections of garbage, memory goes up and down. */
const REST_SAMPLES = 40;
/** Frames of speech, seconds. */
const FRAME_SECONDS = 0.1;

/** The session of the speaker; undefined where none could be opened. */
function speak({ url }: Target, track: Track, key: string): Promise<Session | undefined> {
  const asked = {
    speaks: 'auscult.v1',
    partials: true,
    quietSeconds: 0,
    frameSeconds: FRAME_SECONDS,
  } as const;
  return runUntilAdmitted(() => runSession(track, { ...asked, url, key }, createPacer())).catch(
    () => undefined,
  );
}

function wordsIn(session: Session | undefined): readonly string[] {
  return session === undefined ? [] : comparableWords(finalText(session));
}

function heardIn(sessions: readonly (Session | undefined)[], expected: readonly string[]): HeardSpeech {
  const errors = sessions.map((session) => countWordErrors(expected, wordsIn(session)));
  const sum = (of: (error: (typeof errors)[number]) => number): number =>
    errors.reduce((total, error) => total + of(error), 0);
  const known = sessions.filter((session) => session !== undefined);
  return {
    sessions: sessions.length,
    words: expected.length * sessions.length,
    lost: sum(({ deletions }) => deletions),
    changed: sum(({ substitutions }) => substitutions),
    added: sum(({ insertions }) => insertions),
    cut: sessions.filter((session) => session?.outcome !== 'served').length,
    finals: distribution(finalDelays(known).fromEnd),
  };
}

/** Waits until no session is open and no process of a recording runs. Returns the processes that are left. */
async function rest(
  { httpUrl, pid = 0 }: Target,
  key: string,
  usual?: readonly number[],
): Promise<readonly number[]> {
  for (let tries = 0; tries < REST_TRIES; tries++) {
    const { sessions } = await readMetrics(httpUrl, key);
    const processes = processesOf(pid);
    if (sessions === 0 && processes.length <= (usual?.length ?? processes.length)) return processes;
    await elapsed(1_000);
  }
  return processesOf(pid);
}

/** Longer than finals of what was sent may wait. */
const REST_TRIES = 120;

function added(first: FloodAccount, second: FloodAccount): FloodAccount {
  return Object.fromEntries(
    Object.entries(first).map(([name, account]) => [name, addedKind(account, second[name] ?? account)]),
  );
}

function addedKind(one: KindAccount, other: KindAccount): KindAccount {
  const answers = { ...one.answers };
  for (const [how, count] of Object.entries(other.answers)) answers[how] = (answers[how] ?? 0) + count;
  return {
    sent: one.sent + other.sent,
    failed: one.failed + other.failed,
    failures: [...one.failures, ...other.failures],
    busy: one.busy + other.busy,
    answers,
  };
}
