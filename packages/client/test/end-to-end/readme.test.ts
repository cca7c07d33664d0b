import { expect, test } from 'vitest';
import { readExample, runExample } from '../../../protocol/test/support/readme-example.js';
import { startRealServer } from '../../../server/test/support/real-server.js';
import { loadSpeech, wordErrorRate } from '../../../server/test/support/speech.js';

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
  const example = await readExample(new URL('../../README.md', import.meta.url));
  const { url } = await startRealServer('--workers', '1');
  const { pcm, text } = await loadSpeech('jfk/jfk');
  const { stdout, stderr } = await runExample(SOURCE + example.replace('http://127.0.0.1:8000', url), {
    files: { 'speech.pcm': pcm },
  });
  const last = stdout.trimEnd().split('\n').at(-1) ?? '';
  expect(stderr).toBe('');
  expect(last).toMatch(/ true$/);
  expect(wordErrorRate(text, last.replace(/ true$/, ''))).toBeLessThan(0.15);
  expect(stdout).toMatch(/^[\d.]+ to [\d.]+ s: /m);
});
