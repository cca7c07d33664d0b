import { describe, expect, test } from 'vitest';
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

const README = new URL('../../README.md', import.meta.url);
const FLAGS = ['--workers', '1', '--max-final-delay-seconds', '600', '--worker-timeout-seconds', '120'];

describe('in the README', { timeout: 180_000 }, () => {
  test('the first example transcribes its recording', async () => {
    const { stdout, stderr, text } = await runOn('jfk/jfk', '');
    const last = stdout.trimEnd().split('\n').at(-1) ?? '';
    expect(stderr).toBe('');
    expect(last).toMatch(/ true$/);
    expect(wordErrorRate(text, last.replace(/ true$/, ''))).toBeLessThan(0.15);
    expect(stdout).toMatch(/^[\d.]+ to [\d.]+ s: /m);
  });

  test('the example with key terms recognises one and writes numbers in digits', async () => {
    const { stdout, stderr } = await runOn('dictation/joe_s001', '<!-- key terms -->');
    expect(stderr).toBe('');
    expect(stdout).toMatch(/metoPROLOL 25 mg .*\(said: .*metoPROLOL .*milligrams/);
  });

  test('the example with commands takes no sentence of a speech for one', async () => {
    expect(await runOn('jfk/jfk', '<!-- commands -->')).toMatchObject({ stdout: '', stderr: '' });
  });

  test('the example with speakers prints who said what', async () => {
    const { stdout, text } = await runOn('jfk/jfk', '<!-- speakers -->');
    expect(stdout).toMatch(/^((Dr\. Moreau|Speaker \d): .+\n)+$/);
    expect(wordErrorRate(text, stdout.replaceAll(/^.+: /gm, ''))).toBeLessThan(0.15);
  });
});

/** Runs the example behind `marker` on a clip. */
async function runOn(
  clip: string,
  marker: string,
): Promise<{ readonly stdout: string; readonly stderr: string; readonly text: string }> {
  const example = await readExample(README, marker);
  const { url } = await startRealServer(...FLAGS);
  const { pcm, text } = await loadSpeech(clip);
  const ran = await runExample(SOURCE + example.replace('http://127.0.0.1:8000', url), {
    files: { 'speech.pcm': pcm },
  });
  return { ...ran, text };
}
