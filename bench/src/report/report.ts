import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Environment } from './environment.js';

/** What every benchmark writes. */
export interface Report<Results> {
  /** Name of the benchmark. */
  readonly benchmark: string;
  /** RFC 3339, when the run began. */
  readonly at: string;
  /** The command line after `npm run bench --`. */
  readonly command: readonly string[];
  readonly environment: Environment;
  /** Model, as named by the server or library. */
  readonly model: string;
  readonly results: Results;
}

/**
 * Writes a report as JSON.
 *
 * @param path destination; by default `results/NAME-TIME.json` in the folder of the benchmarks
 * @returns the path
 */
export function writeReport(report: Report<unknown>, path?: string): string {
  const file = path ?? join(RESULTS, `${report.benchmark}-${report.at.replace(/[:.]/gu, '-')}.json`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(report, undefined, 2)}\n`);
  return file;
}

const RESULTS = fileURLToPath(new URL('../../results', import.meta.url));

/** The lines above every table: what ran, and where. */
export function reportHeading(report: Report<unknown>): string {
  const { processor, cores, memoryBytes, system, node, commit, loadBefore } = report.environment;
  return [
    `${report.benchmark} · model ${report.model} · commit ${commit} · ${report.at}`,
    `${processor}, ${String(cores)} cores, ${(memoryBytes / 1024 ** 3).toFixed(1)} GiB, ${system}, Node ${node}, ` +
      `load before ${loadBefore.join(' ')}`,
  ].join('\n');
}
