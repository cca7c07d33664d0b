import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { startRealServer } from '../../../server/test/support/real-server.js';
import { wordErrorRate } from '../../../server/test/support/speech.js';
import { spoken } from '../support/spoken.js';

/** What the example leaves to its reader. */
const SOURCE = `
import { readFileSync } from 'node:fs';
const pcm = readFileSync('speech.pcm');
async function* chunks() {
  for (let at = 0; at < pcm.length; at += 3200) yield new Int16Array(Uint8Array.from(pcm.subarray(at, at + 3200)).buffer);
}
const source = chunks();
`;

test('the example of the README transcribes what it is given', async () => {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  const [, example = ''] = /```js\n(.*?)```/s.exec(readme) ?? [];
  const { url } = await startRealServer('--workers', '1');
  const { samples, text } = await spoken('jfk/jfk');
  // Where packages are found as they are in this repository.
  const root = fileURLToPath(new URL('../../../../node_modules/.readme-', import.meta.url));
  const folder = await mkdtemp(root);
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(
    join(folder, 'speech.pcm'),
    Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength),
  );
  await writeFile(join(folder, 'example.mjs'), SOURCE + example.replace('http://127.0.0.1:8000', url));

  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['example.mjs'], { cwd: folder });
  const last = stdout.trimEnd().split('\n').at(-1) ?? '';
  expect(stderr).toBe('');
  expect(last).toMatch(/ true$/);
  expect(wordErrorRate(text, last.replace(/ true$/, ''))).toBeLessThan(0.15);
  expect(stdout).toMatch(/^[\d.]+ to [\d.]+ s: /m);
});
