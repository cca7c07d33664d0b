import { expect, test } from 'vitest';
import { readExample, runExample } from '../../protocol/test/support/readme-example.js';
import { clipPath } from './clips/clips.js';
import { loadSpeech, wordErrorRate } from './support/speech.js';

test('the example of the README prints what is said in a recording', { timeout: 180_000 }, async () => {
  const example = await readExample(new URL('../README.md', import.meta.url));
  const { stdout, stderr } = await runExample(example, { args: [clipPath('jfk/jfk.flac')] });
  expect(stderr).toBe('');
  const lines = stdout.trim().split('\n');
  const finals = lines.flatMap((line) => /^[\d.]+–[\d.]+ s: (.*)/.exec(line)?.[1] ?? []);
  expect(lines.every((line) => /^(…|[\d.]+–[\d.]+ s:) \S/.test(line))).toBe(true);
  expect(wordErrorRate((await loadSpeech('jfk/jfk')).text, finals.join(' '))).toBeLessThan(0.15);
});
