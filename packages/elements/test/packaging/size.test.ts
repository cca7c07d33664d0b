import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { serveElements } from '../support/element-page.js';

test('the script with both elements and the SDK weighs at most 30 kB compressed, and imports no other at its start', async () => {
  const { folder, stop } = await serveElements();
  const script = await readFile(join(folder, 'auscult-elements.js'), 'utf8');
  const view = await readFile(join(folder, 'transcript-view.js'), 'utf8');
  await stop();
  expect(gzipSync(script).length).toBeLessThanOrEqual(30_000);
  expect(/(?:^|[;}])import[\s{"'*`]/.test(script)).toBe(false);
  // What a page with a transcript loads besides.
  expect(gzipSync(view).length).toBeLessThanOrEqual(9_000);
});
