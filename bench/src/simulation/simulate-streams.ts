import FakeTimers from '@sinonjs/fake-timers';
import type { RecognitionRequest } from '@auscult/asr/scheduling';
import { distribution, type Distribution } from '../measure/distribution.js';
import { randomOf, type Random } from '../power-cuts/random.js';
import type { JobTrace, TracedJob } from './job-trace.js';
import { createSimulatedMachine, type SimulatedMachine } from './simulated-machine.js';

/** What to simulate. */
export interface Simulation {
  readonly streams: number;
  readonly machines: number;
  /** Inference processes of each machine. */
  readonly processes: number;
  readonly seconds: number;
  /** The share of the machines that fail at once when half of the time is over. */
  readonly lostShare: number;
  /** How long it takes until the jobs of a failed machine go to others, seconds. */
  readonly detectionSeconds: number;
  /** How much longer the first job of a stream takes at a machine that does not have its audio yet, seconds. */
  readonly newcomerSeconds: number;
  readonly seed: number;
}

/** How finals fared. */
export interface SimulatedRun {
  readonly machines: number;
  /** Seconds from the request for a final to its text, in the time before any machine fails, without the first seconds. */
  readonly before: Distribution | undefined;
  /** The same from the failure on. */
  readonly after: Distribution | undefined;
  /** How long after the failure the 95th percentile of five seconds was back below the limit, seconds; absent if it was not. */
  readonly recoveredAfter?: number;
  /** Finals that had no text when the time was over. */
  readonly unfinished: number;
  /** Partials that a newer one replaced before any process took them, of all. */
  readonly replacedPartials: number;
  /** How busy the processes were before the failure, 0 to 1. */
  readonly load: number;
}

/** Delay of finals above which a server is overloaded, seconds. */
export const LATE_SECONDS = 1.5;

/** The first seconds, in which all streams begin at once, are not counted. */
const WARM_UP_SECONDS = 10;

/**
 * Plays traces of real streams on simulated machines, on a clock of its own: each stream repeats one of the traces from a place that
 * the seed chooses, and stays with the machine that has the fewest streams until that machine fails. Runs to its end at once.
 */
export function simulateStreams(
  traces: readonly JobTrace[],
  simulation: Simulation,
  onSecond: () => void = () => undefined,
): SimulatedRun {
  const clock = FakeTimers.install({
    now: 0,
    toFake: ['setTimeout', 'clearTimeout', 'performance'],
    loopLimit: Infinity,
  });
  try {
    const world = beginWorld(traces, simulation);
    const half = simulation.seconds / 2;
    let busyBefore = 0;
    for (let second = 0; second < simulation.seconds; second++) {
      if (second === Math.floor(half)) {
        busyBefore = world.busySeconds();
        world.loseMachines();
      }
      clock.tick(1000);
      onSecond();
    }
    return world.run(half, busyBefore);
  } finally {
    clock.uninstall();
  }
}

/** A final that has come. */
interface TimedFinal {
  readonly at: number;
  readonly delay: number;
}

/** A job that some machine has. */
interface OpenJob {
  readonly stream: string;
  readonly request: RecognitionRequest;
  readonly askedAt: number;
}

function beginWorld(traces: readonly JobTrace[], simulation: Simulation) {
  const { streams, machines: count, processes, newcomerSeconds, seed } = simulation;
  const random = randomOf(seed);
  const runSeconds = new Map<string, number>();
  const costs = { runSeconds: (window: string) => runSeconds.get(window) ?? 0, newcomerSeconds };
  const machines = Array.from({ length: count }, () => createSimulatedMachine(processes, costs));
  const homes = new Map<string, SimulatedMachine>();
  const open = new Map<string, OpenJob>();
  const finals: TimedFinal[] = [];
  const partials = { asked: 0, replaced: 0 };
  let lastJob = 0;

  const settle = (stream: string): SimulatedMachine => {
    const home = machines
      .filter((machine) => machine.isUp())
      .reduce((least, machine) => (machine.streams.size < least.streams.size ? machine : least));
    homes.get(stream)?.streams.delete(stream);
    home.streams.add(stream);
    homes.set(stream, home);
    return home;
  };

  const submit = (window: string, job: OpenJob): void => {
    const isFinal = job.request.priority === 'final';
    open.set(window, job);
    const machine = homes.get(job.stream) ?? settle(job.stream);
    machine.submit(job.request, {
      audio: () => new Int16Array(),
      onResult: () => {
        open.delete(window);
        runSeconds.delete(window);
        const now = performance.now();
        if (isFinal) finals.push({ at: now / 1000, delay: (now - job.askedAt) / 1000 });
      },
      onLost: () => {
        open.delete(window);
        runSeconds.delete(window);
        partials.replaced += 1;
      },
    });
  };

  const ask = (stream: string, job: TracedJob): void => {
    const window = `${stream}/${String(lastJob++)}`;
    runSeconds.set(window, job.runSeconds);
    if (job.priority === 'partial') partials.asked += 1;
    submit(window, { stream, request: requestOf(stream, window, job), askedAt: performance.now() });
  };

  const moveStreams = (from: ReadonlySet<string>): void => {
    for (const stream of from) settle(stream);
    for (const [window, job] of open) {
      if (!from.has(job.stream)) continue;
      // A partial is worth nothing once it is late; the next one covers its audio.
      if (job.request.priority === 'final') submit(window, job);
      else open.delete(window);
    }
  };

  for (let stream = 0; stream < streams; stream++) play(String(stream), traces, random, ask);

  return {
    busySeconds: () => machines.reduce((sum, machine) => sum + machine.busySeconds(), 0),
    loseMachines: () => {
      const lost = machines.slice(0, Math.round(count * simulation.lostShare));
      for (const machine of lost) machine.fail();
      const from = new Set(lost.flatMap((machine) => [...machine.streams]));
      if (lost.length > 0) setTimeout(moveStreams, simulation.detectionSeconds * 1000, from);
    },
    run: (half: number, busyBefore: number): SimulatedRun => {
      const before = finals.filter(({ at }) => at > WARM_UP_SECONDS && at <= half);
      const after = finals.filter(({ at }) => at > half);
      const recoveredAfter = recovery(after, half);
      return {
        machines: count,
        before: distribution(before.map(({ delay }) => delay)),
        after: distribution(after.map(({ delay }) => delay)),
        ...(recoveredAfter !== undefined && { recoveredAfter }),
        unfinished: [...open.values()].filter(({ request }) => request.priority === 'final').length,
        replacedPartials: partials.asked === 0 ? 0 : partials.replaced / partials.asked,
        load: busyBefore / (half * count * processes),
      };
    },
  };
}

/** Repeats a trace from a random place. */
function play(
  stream: string,
  traces: readonly JobTrace[],
  random: Random,
  ask: (stream: string, job: TracedJob) => void,
): void {
  const trace = traces[Math.floor(random() * traces.length)];
  if (trace === undefined || trace.jobs.length === 0) throw new RangeError('A trace has no jobs to play.');
  const { jobs, seconds } = trace;
  const offset = random() * seconds;
  const first = jobs.findIndex(({ at }) => at >= offset);
  let index = first === -1 ? jobs.length : first;
  let round = 0;
  const next = (): void => {
    if (index === jobs.length) {
      index = 0;
      round += 1;
    }
    const job = jobs[index];
    if (job === undefined) return;
    index += 1;
    const dueAt = round * seconds + job.at - offset;
    setTimeout(
      () => {
        ask(stream, job);
        next();
      },
      Math.max(0, dueAt * 1000 - performance.now()),
    );
  };
  next();
}

/** Seconds in which finals are looked at together. */
const TOGETHER_SECONDS = 5;

/** From when on no five seconds had a 95th percentile above the limit, seconds after `from`. */
function recovery(finals: readonly TimedFinal[], from: number): number | undefined {
  const groups = new Map<number, number[]>();
  for (const { at, delay } of finals) {
    const group = Math.floor((at - from) / TOGETHER_SECONDS);
    const together = groups.get(group);
    if (together) together.push(delay);
    else groups.set(group, [delay]);
  }
  const last = Math.max(0, ...groups.keys());
  const late = [...groups].filter(([, delays]) => (distribution(delays)?.p95 ?? 0) > LATE_SECONDS);
  const lastLate = Math.max(-1, ...late.map(([group]) => group));
  return lastLate === last ? undefined : (lastLate + 1) * TOGETHER_SECONDS;
}

function requestOf(stream: string, window: string, { priority, newSeconds }: TracedJob): RecognitionRequest {
  return {
    priority,
    stream,
    share: [stream],
    aheadSeconds: 0,
    keyTerms: undefined,
    lexicon: false,
    unheardSeconds: newSeconds,
    audio: { from: 0, to: 0, silenceAhead: 0, speed: 1 },
    window,
    prefix: [],
    draft: [],
    newSeconds,
    keepState: false,
    decoding: { language: 'en', task: 'transcribe', beams: 1, fallback: false, speaks: false },
    ...(priority === 'partial' && { replaces: stream }),
  };
}
