import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectOrderly } from '../support/expect-orderly.js';
import { feedInStep, listen } from '../support/listening.js';
import { startRealRecognizer, type RealRecognizer } from '../support/real-recognizer.js';
import { conversation, loadAllSpeech, wordErrorRate, wordsOf, type Speech } from '../support/speech.js';

const CLIPS = ['librispeech/367-130732-0001', 'librivox/sense_and_sensibility_01_austen_64kb-0880'];

let real: RealRecognizer;
let clips: readonly Speech[];
beforeAll(async () => {
  real = await startRealRecognizer({ model: 'moonshine-base', workers: 1 });
  clips = await loadAllSpeech(CLIPS);
});
afterAll(() => real.close());

describe('the default model', { timeout: 240_000 }, () => {
  test('shows words while they are spoken, and takes none back', async () => {
    const { samples, text } = conversation(clips, 0.8);
    const listening = listen(real.recognizer, { partials: true, unsettled: true });
    await feedInStep(real.recognizer, listening, samples);
    await listening.live.flush();
    expectOrderly(listening);

    const { partials, finals } = listening;
    expect(wordErrorRate(text, listening.text())).toBeLessThan(0.2);
    expect(new Set(partials.map(({ sequence }) => sequence)).size).toBe(finals.length);
    for (const [index, partial] of partials.entries()) {
      const before = partials[index - 1];
      const final = finals[partial.sequence];
      expect(partial.start).toBe(final?.start);
      expect(partial.end).toBeLessThanOrEqual((final?.end ?? 0) + 0.5);
      if (before?.sequence !== partial.sequence) continue;
      if (partial.text !== before.text && before.text !== '')
        expect(partial.text.startsWith(`${before.text} `)).toBe(true);
    }
    for (const { sequence, text: said, end } of finals) {
      const shown = partials.filter((partial) => partial.sequence === sequence);
      // Half of the words are there while the other half is yet to be said.
      const half = shown.find((partial) => wordsOf(partial.text).length >= wordsOf(said).length / 2);
      expect(half?.end).toBeLessThan(end - 0.5);
      expect(wordErrorRate(said, shown.at(-1)?.text ?? '')).toBeLessThan(0.4);
      // Words are told before they are settled.
      const [told, settled] = [
        shown.findIndex((partial) => wordsOf(partial.text + (partial.unsettled ?? '')).length >= 3),
        shown.findIndex((partial) => wordsOf(partial.text).length >= 3),
      ];
      expect(told).toBeLessThan(settled);
    }
  });
});
