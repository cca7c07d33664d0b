import { distribution } from '../measure/distribution.js';
import { readMetrics, type ServerMetrics } from './metrics.js';
import { watchProcesses, type ProcessUse } from './process-use.js';
import type { Target } from './target.js';

/** What the server and its inference processes needed during a measurement. */
export interface ServerUse {
  readonly metrics: ServerMetrics;
  /** Absent for a server that the benchmark has not started, and without `/proc/PID/smaps_rollup`. */
  readonly processes?: ProcessesUse;
}

/** All processes of the server together. */
interface ProcessesUse {
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
  const watch = target.pid === undefined ? undefined : watchProcesses(target.pid, intervalSeconds);
  const result = await measure().finally(() => watch?.stop());
  const metrics = await readMetrics(target.httpUrl);
  return { result, use: { metrics, ...(watch !== undefined && { processes: summarise(watch.samples) }) } };
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
