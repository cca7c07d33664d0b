import { performance } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';
import { openTarget } from '../targets.js';
import { shareInput, type SharedInput } from './shared-input.js';
import type { Finding, Plan, Progress, WorkerData, WorkerMessage } from './worker-messages.js';

/** The result of fuzzing a target. */
export interface Outcome extends Progress {
  readonly findings: readonly Finding[];
  readonly seconds: number;
  /** Processor time, which tells more than `seconds` if other processes had most of the machine. */
  readonly processorSeconds: number;
  /** Inputs that together reach everything that was reached; empty if the run was cut short. */
  readonly kept: readonly Uint8Array[];
}

/**
 * Fuzzes a target in a thread of its own, which is ended where it hangs or takes too much memory.
 *
 * @param onProgress told every two seconds
 */
export async function fuzzTarget(plan: Plan, onProgress: (progress: Progress) => void): Promise<Outcome> {
  const shared = shareInput((await openTarget(plan.target)).longest);
  const data: WorkerData = { plan, memory: shared.memory };
  const worker = new Worker(new URL('./worker-main.js', import.meta.url), {
    workerData: data,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB },
    // Decoders print a complaint about each damaged block, which nobody needs to see.
    stdout: true,
    stderr: true,
  });
  worker.stdout.resume();
  worker.stderr.resume();
  const startedAt = performance.now();
  const processor = process.cpuUsage();
  const findings: Finding[] = [];
  let progress: Progress = { runs: 0, corpus: 0, places: 0 };
  let kept: readonly Uint8Array[] = [];
  worker.on('message', (message: WorkerMessage) => {
    if (message.kind === 'finding') {
      findings.push(message);
      return;
    }
    progress = message;
    if (message.kind === 'done') kept = message.kept;
    else onProgress(message);
  });
  const cutShort = (what: string): void => {
    findings.push({ input: shared.current(), what });
  };
  worker.on('error', (error) => {
    cutShort(`The thread ended: ${error.message}`);
  });
  const watch = setInterval(watchOver(shared, worker, cutShort), WATCH_MS);
  // Not `once` of `node:events`: it rejects as soon as the worker emits an error.
  await new Promise((ended) => worker.once('exit', ended));
  clearInterval(watch);
  const { user, system } = process.cpuUsage(processor);
  return {
    ...progress,
    runs: Math.max(progress.runs, shared.begun()),
    findings,
    seconds: (performance.now() - startedAt) / 1000,
    processorSeconds: (user + system) / 1e6,
    kept,
  };
}

const HEAP_MIB = 512;
const WATCH_MS = 500;

/** An input hangs if it takes more processor time than this, seconds … */
const HANG_PROCESSOR_SECONDS = 10;
/** … or more time in all, seconds. */
const HANG_WALL_SECONDS = 180;

/** The most memory of the whole process, bytes: heap, buffers outside it, and parsers that are not JavaScript. */
const MOST_MEMORY = 1.5 * 1024 ** 3;

function watchOver(shared: SharedInput, worker: Worker, cutShort: (what: string) => void): () => void {
  let begun = -1;
  let since = performance.now();
  let processor = process.cpuUsage();
  let isOver = false;
  const end = (what: string): void => {
    isOver = true;
    cutShort(what);
    void worker.terminate();
  };
  return () => {
    if (isOver) return;
    if (process.memoryUsage.rss() > MOST_MEMORY) {
      end('The process took more than 1.5 GiB.');
      return;
    }
    if (shared.begun() !== begun) {
      begun = shared.begun();
      since = performance.now();
      processor = process.cpuUsage();
      return;
    }
    const { user, system } = process.cpuUsage(processor);
    const hangs =
      (user + system) / 1e6 > HANG_PROCESSOR_SECONDS || performance.now() - since > HANG_WALL_SECONDS * 1000;
    if (begun > 0 && hangs) end('The input hangs.');
  };
}
