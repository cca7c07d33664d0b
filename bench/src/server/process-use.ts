import { readdirSync, readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

/** What a process and all its descendants use. */
export interface ProcessUse {
  /** Milliseconds of `performance.now()`. */
  readonly at: number;
  /** Proportional set size: memory shared by processes counts once. */
  readonly memoryBytes: number;
  /** Processor time so far, including that of processes which have ended. */
  readonly cpuSeconds: number;
  readonly processes: number;
}

/** Samples a process tree. */
export interface ProcessWatch {
  readonly samples: readonly ProcessUse[];
  sample(): ProcessUse;
  /** Takes a last sample. */
  stop(): void;
}

/**
 * Samples a process and its descendants at intervals, from `/proc`.
 *
 * @returns undefined on systems without `/proc/PID/smaps_rollup`
 */
export function watchProcesses(pid: number, intervalSeconds: number): ProcessWatch | undefined {
  if (memoryOf(pid) === undefined) return undefined;
  const cpuByProcess = new Map<number, number>();
  const samples: ProcessUse[] = [];
  const sample = () => {
    const use = measure(pid, cpuByProcess);
    samples.push(use);
    return use;
  };
  const timer = setInterval(sample, intervalSeconds * 1000);
  sample();
  return {
    samples,
    sample,
    stop() {
      clearInterval(timer);
      sample();
    },
  };
}

/** A process and all its descendants, in the order of their numbers. */
export function processesOf(pid: number): readonly number[] {
  return treeOf(pid)
    .map(({ id }) => id)
    .sort((a, b) => a - b);
}

/** Kernel ticks a second in `/proc/PID/stat`; 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

function measure(pid: number, cpuByProcess: Map<number, number>): ProcessUse {
  const processes = treeOf(pid);
  for (const { id, cpuSeconds } of processes) cpuByProcess.set(id, cpuSeconds);
  return {
    at: performance.now(),
    memoryBytes: processes.reduce((sum, { id }) => sum + (memoryOf(id) ?? 0), 0),
    cpuSeconds: [...cpuByProcess.values()].reduce((sum, cpuSeconds) => sum + cpuSeconds, 0),
    processes: processes.length,
  };
}

interface ProcessStat {
  readonly id: number;
  readonly parent: number;
  readonly cpuSeconds: number;
}

function treeOf(pid: number): ProcessStat[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/u.test(name))
    .flatMap((name) => statOf(Number(name)) ?? []);
  const tree = all.filter(({ id }) => id === pid);
  for (const parent of tree) tree.push(...all.filter((child) => child.parent === parent.id));
  return tree;
}

function statOf(id: number): ProcessStat | undefined {
  const stat = readOrUndefined(`/proc/${String(id)}/stat`);
  if (stat === undefined) return undefined;
  // The name is in parentheses and may contain anything; the parent is the second field after it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  return { id, parent: Number(fields[1]), cpuSeconds: ticks / TICKS_PER_SECOND };
}

function memoryOf(id: number): number | undefined {
  const rollup = readOrUndefined(`/proc/${String(id)}/smaps_rollup`);
  const kibibytes = /^Pss:\s+(\d+) kB/mu.exec(rollup ?? '')?.[1];
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
}

/** Processes may end while they are read. */
function readOrUndefined(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
