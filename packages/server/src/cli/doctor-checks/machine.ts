import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { z } from 'zod';
import type { Config } from '../../config/schema.js';
import { neededBytes } from '../../memory.js';
import type { CheckResult } from './check.js';

/** Whether this Node.js is one that the package asks for. */
export function checkNode(version = process.versions.node): CheckResult {
  const floor = requiredNode();
  if (isAtLeast(version, floor)) return { state: 'ok', message: `Node.js ${version}` };
  return {
    state: 'failed',
    message: `Node.js ${version} is too old`,
    remedy: `Install Node.js ${floor} or later from https://nodejs.org.`,
  };
}

/** Whether there is a core for each inference process. */
export function checkCores(
  { workers }: Pick<Config, 'workers'>,
  cores = availableParallelism(),
): CheckResult {
  if (workers <= cores) return { state: 'ok', message: `${cores} cores for ${workers} inference processes` };
  return {
    state: 'warning',
    message: `${workers} inference processes share ${cores} cores, which makes all of them late`,
    remedy: `Set --workers ${cores}.`,
  };
}

/** Whether the processes fit into the free memory, and into a container's limit. */
export function checkMemory(
  { workers }: Pick<Config, 'workers'>,
  freeBytes = process.availableMemory(),
): CheckResult {
  const needed = neededBytes(workers);
  const free = `${gigabytes(freeBytes)} of memory free`;
  if (freeBytes >= needed) return { state: 'ok', message: free };
  const fitting = Math.floor((freeBytes - neededBytes(0)) / (neededBytes(1) - neededBytes(0)));
  const others = 'Close other programs or add memory';
  return {
    state: 'failed',
    message: `${free}, and ${workers} inference processes need ${gigabytes(needed)}`,
    remedy: fitting >= 1 ? `${others}, or set --workers ${fitting}.` : `${others}.`,
  };
}

function requiredNode(): string {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  return z
    .object({ engines: z.object({ node: z.string() }) })
    .parse(JSON.parse(text))
    .engines.node.replace('>=', '');
}

function isAtLeast(version: string, floor: string): boolean {
  return version.localeCompare(floor, 'en', { numeric: true }) >= 0;
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
