import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect } from 'vitest';
import type { Report } from '../../src/report/report.js';

/** The command line of the benchmarks. */
export const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
export const MANIFEST = fileURLToPath(
  new URL('../../../packages/asr/test/clips/manifest.jsonl', import.meta.url),
);
export const SHORT_CLIPS = [
  '--manifest',
  MANIFEST,
  '--kind',
  'read',
  '--limit',
  '2',
  '--max-clip',
  '6',
  '--workers',
  '1',
];
export const ONE_UTTERANCE = ['--manifest', MANIFEST, '--kind', 'read', '--utterances', '1', '--rounds', '2'];
export const ONE_RECORDING = ['--manifest', MANIFEST, '--kind', 'read', '--limit', '1', '--threads', '1'];
/** How long a benchmark may take, milliseconds. */
export const WITHIN = 240_000;
// On a busy machine, the server would refuse sessions otherwise.
export const ADMIT_ALWAYS = ['--max-final-delay-seconds', '600'];

/** The report of a benchmark, and what it printed. */
interface Outcome {
  readonly report: Report<unknown>;
  readonly printed: string;
}

/** Runs benchmarks as the command line does, with a folder for them that is removed after all tests. */
export function benchRunner(): {
  readonly folder: () => string;
  readonly bench: (name: string, ...flags: readonly string[]) => Promise<Outcome>;
} {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'bench-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  return {
    folder: () => folder,
    bench: async (name, ...flags) => {
      const json = join(folder, `${name}.json`);
      const { stdout } = await promisify(execFile)(process.execPath, [MAIN, name, ...flags, '--json', json]);
      return { report: JSON.parse(readFileSync(json, 'utf8')) as Report<unknown>, printed: stdout };
    },
  };
}

export const number = expect.any(Number) as number;
export const delay = { count: number, mean: number, p50: number, p95: number, p99: number, max: number };
export const generator = {
  lateness: { p50: number, p99: number, max: number },
  cpuSeconds: number,
  wallSeconds: number,
};
export const wordErrors = {
  words: number,
  substitutions: number,
  deletions: number,
  insertions: number,
  wer: number,
};
