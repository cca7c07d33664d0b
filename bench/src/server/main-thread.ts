import { readFileSync } from 'node:fs';

/**
 * Processor time that the first thread of a process has used, in which Node has its event loop, seconds. It does not
 * grow while others have the processor.
 *
 * @throws where the system has no `/proc/PID/task/TID/schedstat`, or the process has ended
 */
export function mainThreadSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${String(pid)}/task/${String(pid)}/schedstat`, 'utf8');
  return Number(stat.split(' ')[0]) / 1e9;
}
