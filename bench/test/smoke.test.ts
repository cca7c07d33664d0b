import { describe, expect, it } from 'vitest';
import { benchRunner, MANIFEST } from './support/bench.js';

const { bench } = benchRunner();

describe('bench', () => {
  it('reports an invalid manifest and fails', async () => {
    const failure = bench('accuracy', '--manifest', MANIFEST, '--kind', 'whale');
    await expect(failure).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('kinds in it are') as string,
    });
  });
});
