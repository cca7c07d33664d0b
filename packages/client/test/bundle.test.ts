import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { buildForBrowsers } from './support/browser-build.js';

describe('the build for browsers', () => {
  test('weighs at most 20 kB compressed, in one file that imports nothing and holds nothing of zod', async () => {
    const bundle = await readFile(join(await buildForBrowsers(), 'index.js'), 'utf8');
    expect(gzipSync(bundle).length).toBeLessThanOrEqual(20_000);
    expect(bundle).not.toMatch(/\bimport\s*[({"'*\w]/);
    expect(bundle).not.toMatch(/zod|_zod|ZodError/i);
    expect(bundle).toMatch(/export\s*\{[^}]*createTranscriber/);
  });

  test('has a capture worklet without imports', async () => {
    const worklet = await readFile(join(await buildForBrowsers(), 'capture-worklet.js'), 'utf8');
    expect(worklet).not.toMatch(/\bimport\b|\bexport\b/);
    expect(worklet).toContain('registerProcessor');
  });

  test('the worklet of the package has no imports either', async () => {
    const built = await readFile(new URL('../dist/capture-worklet.js', import.meta.url), 'utf8');
    expect(built).not.toMatch(/^import\b/m);
  });
});
