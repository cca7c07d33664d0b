import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { benchRunner, MAIN, MANIFEST, number, SHORT_CLIPS, WITHIN, wordErrors } from './support/bench.js';

const { bench, folder } = benchRunner();

describe('bench', () => {
  it(
    'accuracy: errors by kind, and transcripts for another scorer',
    async () => {
      const hypotheses = join(folder(), 'hypotheses.jsonl');
      const { report, printed } = await bench('accuracy', ...SHORT_CLIPS, '--hypotheses', hypotheses);
      expect(report).toMatchObject({
        benchmark: 'accuracy',
        model: 'moonshine-base',
        environment: { cores: number, node: process.version, loadBefore: [number, number, number] },
        results: {
          way: 'library',
          wallSeconds: number,
          score: { kinds: { read: { clips: 2, ...wordErrors } } },
        },
      });
      expect(printed).toMatch(/read +2 +\d+ +\d+\.\d %/);

      const again = await promisify(execFile)(process.execPath, [
        ...[MAIN, 'score', '--hypotheses', hypotheses],
        ...SHORT_CLIPS.slice(0, -2),
      ]);
      expect(printed).toContain(again.stdout.trim());
    },
    WITHIN,
  );

  it('reports an invalid manifest and fails', async () => {
    const failure = bench('accuracy', '--manifest', MANIFEST, '--kind', 'whale');
    await expect(failure).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('kinds in it are') as string,
    });
  });
});
