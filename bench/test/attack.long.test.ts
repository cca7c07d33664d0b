import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AttackResults } from '../src/benchmarks/attack.js';
import type { Report } from '../src/report/report.js';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const MANIFEST = fileURLToPath(new URL('../../packages/asr/test/clips/manifest.jsonl', import.meta.url));

/** One of each kind. Whether finals come in time, the benchmark tells on a machine that does nothing else. */
const ATTACKS = ['login-nested', 'old-keys', 'bomb-flac', 'large-configure', 'fuzzed', 'half-open'];
const WITHIN = 900_000;

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bench-attack-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('attack', () => {
  it(
    'costs a doctor who speaks meanwhile no words',
    async () => {
      const json = join(folder, 'attack.json');
      const flags = [
        '--manifest',
        MANIFEST,
        '--kind',
        'read',
        '--seconds',
        '8',
        '--workers',
        '1',
        '--no-budget',
      ];
      const serve = ['--serve', '--max-final-delay-seconds,600'];
      await promisify(execFile)(process.execPath, [
        ...[MAIN, 'attack', '--only', ATTACKS.join(','), '--json', json],
        ...flags,
        ...serve,
      ]);
      const { results } = JSON.parse(readFileSync(json, 'utf8')) as Report<{
        readonly doctor: AttackResults;
      }>;
      const { attacked, words } = results.doctor;
      expect(words).toBeGreaterThan(5);
      expect(attacked.map(({ attack, lost, isAlive }) => ({ attack, lost, isAlive }))).toEqual(
        ATTACKS.map((attack) => ({ attack, lost: 0, isAlive: true })),
      );
    },
    WITHIN,
  );
});
