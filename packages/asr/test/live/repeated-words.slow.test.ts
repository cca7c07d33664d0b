import { transcribeByVote } from '@auscult/asr';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { feedInStep, listen, transcribe } from '../support/listening.js';
import { startRealRecognizer, type RealRecognizer } from '../support/real-recognizer.js';
import { join, loadSpeech, silence, wordsOf } from '../support/speech.js';

/** What J. F. Kennedy says behind the words that are repeated. */
const BEHIND = 'what you can do for your country';

let real: RealRecognizer;
let speech: Float32Array;
beforeAll(async () => {
  real = await startRealRecognizer({ model: 'moonshine-base', workers: 2 });
  speech = (await loadSpeech('jfk/jfk')).samples;
});
afterAll(() => real.close());

/** A few of his words so many times in a row, and then his last ones. */
const repeated = (from: number, to: number, times: number, pause = 0) =>
  join([
    ...Array.from({ length: times }, () => join([seconds(from, to), silence(pause)])),
    seconds(8.1, 11),
    silence(0.7),
  ]);

const seconds = (from: number, to: number) =>
  speech.subarray(Math.round(from * 16_000), Math.round(to * 16_000));

describe('speech behind words that are repeated many times', { timeout: 240_000 }, () => {
  test.each([
    ['"ask not" six times', 3.3, 4.3, 6, 0],
    ['"ask not" nine times, with pauses', 3.3, 4.3, 9, 0.12],
    ['"what your" six times', 5.35, 5.95, 6, 0],
    ['"what your" fourteen times, with pauses', 5.35, 5.95, 14, 0.12],
  ])('all is heard: %s', async (_what, from, to, times, pause) => {
    const { finals, text } = await transcribe(real.recognizer, repeated(from, to, times, pause));
    expect(wordsOf(text()).join(' ')).toContain(BEHIND);
    for (const { words, start, end } of finals)
      for (const [index, word] of words.entries()) {
        expect(word.start).toBeGreaterThanOrEqual(words[index - 1]?.end ?? start);
        expect(word.end).toBeLessThanOrEqual(end);
      }
  });

  test('all is heard where several hearings are voted on', async () => {
    const samples = repeated(3.3, 4.3, 9);
    const texts: string[] = [];
    const open = async function* () {
      yield await Promise.resolve(samples);
    };
    for await (const { text } of transcribeByVote(real.recognizer, open, { hearings: 4 })) texts.push(text);
    expect(wordsOf(texts.join(' ')).join(' ')).toContain(BEHIND);
  });

  test('finals have what partials showed', async () => {
    const listening = listen(real.recognizer, { partials: true });
    await feedInStep(real.recognizer, listening, repeated(5.35, 5.95, 8));
    await listening.live.flush();
    listening.live.close();
    const shown = wordsOf(listening.partials.at(-1)?.text ?? '');
    expect(shown.length).toBeGreaterThan(12);
    expect(wordsOf(listening.text()).join(' ')).toContain(BEHIND);
    expect(wordsOf(listening.text()).length).toBeGreaterThanOrEqual(shown.length);
  });
});

test(
  'a sound that comes again and again without words ends, and makes none',
  { timeout: 120_000 },
  async () => {
    // 80 ms out of a vowel, which no decoder knows an end of.
    const glitch = seconds(5.66, 5.74);
    const { text } = await transcribe(
      real.recognizer,
      join([...Array.from({ length: 100 }, () => glitch), silence(0.7)]),
    );
    expect(wordsOf(text()).length).toBeLessThan(12);
  },
);
