import { describe, expect, test } from 'vitest';
import { readExample, runExample } from '../../protocol/test/support/readme-example.js';
import { clipPath } from './clips/clips.js';
import { loadSpeech, wordErrorRate } from './support/speech.js';

describe('the example of the README', { timeout: 180_000 }, () => {
  test('prints what is said in a recording', async () => {
    const lines = await linesOn('jfk/jfk.flac');
    expect(lines.every((line) => /^(…|[\d.]+–[\d.]+ s:) \S/.test(line))).toBe(true);
    expect(wordErrorRate((await loadSpeech('jfk/jfk')).text, finalsIn(lines))).toBeLessThan(0.15);
  });

  test('hears its key term', async () => {
    expect(finalsIn(await linesOn('dictation/joe_s001.flac'))).toContain('metoPROLOL');
  });
});

/** What the example prints of a clip. */
async function linesOn(clip: string): Promise<readonly string[]> {
  const example = await readExample(new URL('../README.md', import.meta.url));
  const { stdout, stderr } = await runExample(example, { args: [clipPath(clip)] });
  expect(stderr).toBe('');
  return stdout.trim().split('\n');
}

function finalsIn(lines: readonly string[]): string {
  return lines.flatMap((line) => /^[\d.]+–[\d.]+ s: (.*)/.exec(line)?.[1] ?? []).join(' ');
}
