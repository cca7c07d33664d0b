import { readFileSync } from 'node:fs';

/** What a process takes of the machine. */
export interface ProcessUsage {
  /** Processor time since its start, seconds. */
  readonly cpuSeconds: number;
  /** Memory that it shares with nobody, bytes. */
  readonly privateBytes: number;
}

/** What a process takes; undefined if it has ended, and on systems that do not tell: only Linux does. */
export function usageOf(pid: number): ProcessUsage | undefined {
  try {
    // Up to the last bracket it is the name of the program, which may hold anything (proc_pid_stat(5)).
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ') ?? [];
    const pages = readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ');
    return {
      cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND,
      privateBytes: (Number(pages[1]) - Number(pages[2])) * PAGE_BYTES,
    };
  } catch {
    return undefined;
  }
}

/** Fixed by the interface, whatever the kernel's clock. */
const TICKS_A_SECOND = 100;
/** If pages are larger, memory is underestimated. */
const PAGE_BYTES = 4_096;
