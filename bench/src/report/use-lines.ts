import type { GeneratorUse } from '../load/sessions.js';
import type { ServerUse } from '../server/server-use.js';
import { megabytes, milliseconds } from './table.js';

/** What the server used, one line each. */
export function serverLines({ processes, metrics }: ServerUse): string[] {
  const memory =
    processes === undefined
      ? 'server memory and processor time: not measured (server not started here, or no /proc/PID/smaps_rollup)'
      : `server: ${String(processes.count)} processes, memory ${megabytes(processes.memoryPeakBytes)} at most, ` +
        `${megabytes(processes.memoryMeanBytes)} on average; ${processes.cpuSeconds.toFixed(1)} processor seconds`;
  const restarts = metrics.workerRestarts === undefined ? 'unknown' : String(metrics.workerRestarts);
  return [
    memory,
    `event loop delay p99 ${milliseconds(metrics.eventLoopDelayP99)}; restarted inference processes: ${restarts}`,
  ];
}

/** What the sender used, in one line. */
export function generatorLine({ lateness, cpuSeconds, wallSeconds }: GeneratorUse): string {
  const share = ((100 * cpuSeconds) / wallSeconds).toFixed(1);
  return (
    `load generator: ${share} % of one core; frames late by ${milliseconds(lateness.p50)} p50, ` +
    `${milliseconds(lateness.p99)} p99, ${milliseconds(lateness.max)} at most`
  );
}
