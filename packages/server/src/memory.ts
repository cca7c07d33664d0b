import { totalmem } from 'node:os';
import { SpeechError } from '@auscult/asr';
import type { Config } from './config/schema.js';

/** Resident memory of the server process and of an inference process with the default model, bytes (bench `soak`). */
const SERVER_BYTES = 200e6;
const WORKER_BYTES = 450e6;

/** Memory that a server needs with this number of inference processes, bytes. */
export function neededBytes(workers: number): number {
  return SERVER_BYTES + workers * WORKER_BYTES;
}

/**
 * Refuses a configuration that cannot fit into this machine or container. The memory that is free right now does not
 * count, since much of what is in use is file caches, which the system gives up.
 * @throws {SpeechError} `out_of_memory`
 */
export function requireMemory(
  { workers, refineModel }: Pick<Config, 'workers'> & Partial<Pick<Config, 'refineModel'>>,
  limitBytes = memoryLimit(),
): void {
  const others = refineModel === undefined ? 0 : 1;
  const needed = neededBytes(workers + others);
  if (needed <= limitBytes) return;
  const fitting = Math.floor((limitBytes - SERVER_BYTES) / WORKER_BYTES) - others;
  throw new SpeechError(
    'out_of_memory',
    `${workers + others} inference processes need ${gigabytes(needed)} of memory, and there are ${gigabytes(limitBytes)}.`,
    fitting >= 1 ? `Set --workers ${fitting} or less.` : 'Use a machine or a container with more memory.',
  );
}

/** Memory of the machine, or what a container allows if that is less, bytes. */
export function memoryLimit(): number {
  const constrained = process.constrainedMemory();
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
