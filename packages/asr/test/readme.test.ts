import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { clipPath } from './clips/clips.js';
import { makeFolder } from './support/real-recognizer.js';
import { loadSpeech, wordErrorRate } from './support/speech.js';

test('the example of the README prints what is said in a recording', { timeout: 180_000 }, async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const example = /```js\n([^]*?)```/.exec(readme)?.[1] ?? '';
  const folder = await makeFolder();
  onTestFinished(() => rm(folder, { recursive: true }));
  const program = path.join(folder, 'example.mjs');
  await writeFile(program, example.replace("'@auscult/asr'", `'${import.meta.resolve('@auscult/asr')}'`));

  const run = promisify(execFile);
  const { stdout, stderr } = await run(process.execPath, [program, clipPath('jfk/jfk.flac')], {
    cwd: folder,
  });
  expect(stderr).toBe('');
  const lines = stdout.trim().split('\n');
  const finals = lines.flatMap((line) => /^[\d.]+–[\d.]+ s: (.*)/.exec(line)?.[1] ?? []);
  expect(lines.every((line) => /^(…|[\d.]+–[\d.]+ s:) \S/.test(line))).toBe(true);
  expect(wordErrorRate((await loadSpeech('jfk/jfk')).text, finals.join(' '))).toBeLessThan(0.15);
});
