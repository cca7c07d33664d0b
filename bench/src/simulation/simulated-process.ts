import type { RecognitionResult, WorkerSlot, WorkerSlotListener } from '@auscult/asr/scheduling';

/** An inference process that does nothing but take the time that its jobs are said to take. */
export interface SimulatedProcess extends WorkerSlot {
  /** Ends it for good, with its jobs undone. */
  fail(): void;
  /** How long it has worked, seconds. */
  busySeconds(): number;
}

/** What jobs cost. */
export interface JobCosts {
  /** How long the job that names this window takes alone, seconds. */
  readonly runSeconds: (window: string) => number;
  /** How much longer the first job of a stream takes that other processes know better, seconds. */
  readonly newcomerSeconds: number;
}

/**
 * Starts a process that is warm. The jobs that it has at a time share each step of its decoder, as those of a real one do: each
 * is slower than alone, but all together are done sooner than one after another.
 */
export function createSimulatedProcess(
  index: number,
  listener: Pick<WorkerSlotListener, 'onRoom' | 'onResult'>,
  { runSeconds, newcomerSeconds }: JobCosts,
): SimulatedProcess {
  const jobs = new Map<number, JobAtWork>();
  const known = new Set<string>();
  let isUp = true;
  let isPaused = false;
  let busy = 0;
  let accountedAt = performance.now();
  let nextEnd: NodeJS.Timeout | undefined;

  /** Works on all jobs up to now. */
  const account = (): void => {
    const now = performance.now();
    const seconds = (now - accountedAt) / 1000;
    accountedAt = now;
    if (isPaused || jobs.size === 0) return;
    busy += seconds;
    const done = seconds * paceAmong(jobs.size);
    for (const job of jobs.values()) job.left -= done;
  };

  const expectNextEnd = (): void => {
    clearTimeout(nextEnd);
    if (isPaused || jobs.size === 0) return;
    const least = Math.min(...[...jobs.values()].map(({ left }) => left));
    nextEnd = setTimeout(endWhatIsDone, Math.max(0, (least / paceAmong(jobs.size)) * 1000));
  };

  const endWhatIsDone = (): void => {
    account();
    for (const [id, { left, beganAt }] of jobs) {
      if (left > ROUNDING_SECONDS) continue;
      jobs.delete(id);
      listener.onResult(id, NOTHING_HEARD, (performance.now() - beganAt) / 1000);
    }
    listener.onRoom();
    expectNextEnd();
  };

  const change = (how: () => void): void => {
    account();
    how();
    expectNextEnd();
  };

  return {
    get ready() {
      return isUp;
    },
    assign(job) {
      change(() => {
        const isNewcomer = !known.has(job.stream);
        known.add(job.stream);
        const left = runSeconds(job.window ?? '') + (isNewcomer ? newcomerSeconds : 0);
        jobs.set(job.id, { left, beganAt: performance.now() });
      });
    },
    cancel(id) {
      change(() => jobs.delete(id));
      listener.onRoom();
    },
    promote: () => undefined,
    pause() {
      change(() => (isPaused = true));
    },
    goOn() {
      change(() => (isPaused = false));
    },
    forget(kept) {
      if ('stream' in kept) known.delete(kept.stream);
    },
    status: () => ({ pid: index, state: 'ready', residentBytes: 0, restarts: 0, jobs: jobs.size }),
    close: () => Promise.resolve(),
    fail() {
      account();
      isUp = false;
      clearTimeout(nextEnd);
      jobs.clear();
    },
    busySeconds: () => busy,
  };
}

interface JobAtWork {
  /** Work that is left, as seconds alone. */
  left: number;
  readonly beganAt: number;
}

/** Timers count whole milliseconds. */
const ROUNDING_SECONDS = 0.001;

/**
 * How fast each of so many jobs goes on that are decoded together, as a share of its pace alone. From the milliseconds that a token
 * takes in a batch of 1, 2, 4, 8 and 16 (Moonshine base, utterances of 5 s, one core): 4.8, 2.9, 2.0, 1.4, 1.2.
 */
function paceAmong(jobs: number): number {
  const at = PACES.findIndex(([size]) => size >= jobs);
  const [size, pace] = PACES[at] ?? LAST_PACE;
  const [smaller, faster] = PACES[Math.max(0, at - 1)] ?? LAST_PACE;
  if (at === -1) return (LAST_PACE[1] * LAST_PACE[0]) / jobs;
  if (size === smaller) return pace;
  return faster + ((pace - faster) * (jobs - smaller)) / (size - smaller);
}

const PACES: readonly (readonly [size: number, pace: number])[] = [
  [1, 1],
  [2, 4.8 / (2 * 2.9)],
  [4, 4.8 / (4 * 2)],
  [8, 4.8 / (8 * 1.4)],
  [16, 4.8 / (16 * 1.2)],
];
const LAST_PACE = [16, 4.8 / (16 * 1.2)] as const;

const NOTHING_HEARD: RecognitionResult = {
  tokens: [],
  logProbabilities: [],
  endLogProbability: 0,
  stopped: 'end',
  heardAt: [],
  terms: [],
  alternatives: [],
};
