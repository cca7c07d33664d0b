import { distribution } from '../measure/distribution.js';
import { readMetrics, type ServerMetrics } from './metrics.js';
import { watchProcesses, type ProcessUse } from './process-use.js';
import type { Target } from './target.js';

/** What the server and its inference processes used during a measurement. */
export interface ServerUse {
  readonly metrics: ServerMetrics;
  /** Absent for a server that the benchmark has not started, and without `/proc/PID/smaps_rollup`. */
  readonly processes?: ProcessesUse | undefined;
}

/** All processes of a tree together. */
export interface ProcessesUse {
  readonly cpuSeconds: number;
  readonly memoryPeakBytes: number;
  readonly memoryMeanBytes: number;
  readonly count: number;
  readonly samples: readonly ProcessUse[];
}

/** Watches a server while `measure` runs. */
export async function watchServer<Result>(
  target: Target,
  intervalSeconds: number,
  measure: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly use: ServerUse }> {
  const { result, processes } = await watchTree(target.pid, intervalSeconds, measure);
  const metrics = await readMetrics(target.httpUrl);
  return { result, use: { metrics, processes } };
}

/**
 * Watches a process and all its descendants while `measure` runs; `processes` may be absent, as in
 * `ServerUse`.
 */
export async function watchTree<Result>(
  pid: number | undefined,
  intervalSeconds: number,
  measure: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly processes: ProcessesUse | undefined }> {
  const watch = pid === undefined ? undefined : watchProcesses(pid, intervalSeconds);
  const result = await measure().finally(() => watch?.stop());
  return { result, processes: watch && summarise(watch.samples) };
}

function summarise(samples: readonly ProcessUse[]): ProcessesUse {
  const memory = distribution(samples.map(({ memoryBytes }) => memoryBytes));
  return {
    cpuSeconds: (samples.at(-1)?.cpuSeconds ?? 0) - (samples[0]?.cpuSeconds ?? 0),
    memoryPeakBytes: memory?.max ?? 0,
    memoryMeanBytes: memory?.mean ?? 0,
    count: samples.at(-1)?.processes ?? 0,
    samples,
  };
}
