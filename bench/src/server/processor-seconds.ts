import { readdirSync, readFileSync } from 'node:fs';

/**
 * Processor time that the threads of a process have used, to the nanosecond: `/proc/PID/stat` counts in
 * hundredths of a second, which is too coarse for one utterance. Threads that have ended are not included.
 *
 * @returns undefined on systems without `/proc/PID/task/TID/schedstat`, and for a process that has ended
 */
export function processorSeconds(pid: number): number | undefined {
  const tasks = `/proc/${String(pid)}/task`;
  try {
    return readdirSync(tasks)
      .map((task) => Number(readFileSync(`${tasks}/${task}/schedstat`, 'utf8').split(' ')[0]) / 1e9)
      .reduce((sum, seconds) => sum + seconds, 0);
  } catch {
    return undefined;
  }
}
