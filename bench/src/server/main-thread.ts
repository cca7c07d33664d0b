import { readFileSync } from 'node:fs';

/**
 * Processor time used by the first thread of a process, which runs Node's event loop, seconds. It does not
 * grow while other processes use the processor.
 *
 * @throws if the system has no `/proc/PID/task/TID/schedstat`, or the process has ended
 */
export function mainThreadSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${String(pid)}/task/${String(pid)}/schedstat`, 'utf8');
  return Number(stat.split(' ')[0]) / 1e9;
}
