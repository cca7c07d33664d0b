import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FinalHypothesis } from '../../src/live/live-transcription.js';
import { transcribeRecording } from '../../src/live/transcribe-recording.js';
import { startRealRecognizer, type RealRecognizer } from '../support/real-recognizer.js';
import { loadSpeech } from '../support/speech.js';

let real: RealRecognizer;
beforeAll(async () => {
  real = await startRealRecognizer();
});
afterAll(() => real.close());

test('a recording that is gone on with anywhere has the words that it has at once, each once', async () => {
  const { samples } = await loadSpeech('medical/MSK0001-opening');
  const whole = await hear(samples, []);
  expect(whole.length).toBeGreaterThan(3);
  const words = wordsOf(whole);
  for (const heard of [1, Math.floor(whole.length / 2), whole.length - 1]) {
    const before = whole.slice(0, heard);
    const all = [...before, ...(await hear(samples, before))];
    expect(all.map(({ sequence }) => sequence)).toEqual(all.map((_, index) => index));
    // Which words are heard depends a little on the audio before them, but none may come twice, and none be left out.
    expect(Math.abs(wordsOf(all).length - words.length)).toBeLessThanOrEqual(words.length * 0.05);
    expect(all.every(({ start }, index) => start >= (all[index - 1]?.end ?? 0) - 0.01)).toBe(true);
  }
}, 240_000);

async function hear(
  samples: Float32Array,
  heardBefore: readonly FinalHypothesis[],
): Promise<readonly FinalHypothesis[]> {
  const finals: FinalHypothesis[] = [];
  for await (const final of transcribeRecording(real.recognizer, pieces(samples), { heardBefore }))
    finals.push(final);
  return finals;
}

async function* pieces(samples: Float32Array): AsyncGenerator<Float32Array> {
  await Promise.resolve();
  for (let at = 0; at < samples.length; at += 16_000) yield samples.slice(at, at + 16_000);
}

function wordsOf(finals: readonly FinalHypothesis[]): readonly string[] {
  return finals.flatMap(({ text }) => text.split(' '));
}
