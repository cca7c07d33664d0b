import { SAMPLE_RATE } from '@auscult/asr';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectOrderly } from '../support/expect-orderly.js';
import { feedInStep, listen, transcribe, type Listening } from '../support/listening.js';
import { startRealRecognizer, type RealRecognizer } from '../support/real-recognizer.js';
import {
  conversation,
  join,
  loadAllSpeech,
  loadSpeech,
  spokenPart,
  wordErrorRate,
  wordsOf,
  type Speech,
} from '../support/speech.js';

/** Word error rate that each clip must stay below: measured, and room for processors that round otherwise. */
const CLIPS: Readonly<Record<string, number>> = {
  'medical/MSK0001-opening': 0.25,
  'librispeech/1089-134686-0000': 0.25,
  'librispeech/1998-15444-0006': 0.2,
  'librispeech/2609-156975-0005': 0.15,
  'librispeech/3331-159605-0003': 0.15,
  'librispeech/367-130732-0001': 0.15,
  'jfk/jfk': 0.15,
  'librivox/sense_and_sensibility_01_austen_64kb-0880': 0.2,
  'dictation/joe_s001': 0.45,
  'dictation/joe_s003': 0.45,
};

const INTERVIEW = 'medical/MSK0001-opening';

/** Words that may come out otherwise when utterances are cut elsewhere, as a share of all. */
const CHANGED_BY_CUTS = 0.1;

let real: RealRecognizer;
let clips: readonly Speech[];
beforeAll(async () => {
  real = await startRealRecognizer({ model: 'moonshine-base', workers: 2 });
  clips = await loadAllSpeech(Object.keys(CLIPS));
});
afterAll(() => real.close());

describe('the default model', { timeout: 240_000 }, () => {
  let hearing: Promise<ReadonlyMap<string, Listening>> | undefined;
  /** All clips at a time, once for all tests. */
  const hearAll = () => {
    hearing ??= Promise.all(
      clips.map(async ({ id, samples }) => [id, await transcribe(real.recognizer, samples)] as const),
    ).then((streams) => new Map(streams));
    return hearing;
  };

  test('hears what is said, in many streams at a time', async () => {
    const heard = await hearAll();
    for (const { id, text } of clips) {
      const listening = heard.get(id);
      if (!listening) throw new Error(`nothing of ${id}`);
      expectOrderly(listening);
      expect(wordErrorRate(text, listening.text()), id).toBeLessThan(CLIPS[id] ?? 0);
    }
  });

  test('neither loses nor doubles words where long utterances are cut', async () => {
    const { samples } = await loadSpeech(INTERVIEW);
    const cut = await transcribe(real.recognizer, samples, { maxUtteranceSeconds: 5 });
    expectOrderly(cut);
    const uncut = (await hearAll()).get(INTERVIEW)?.text() ?? '';
    expect(wordErrorRate(uncut, cut.text())).toBeLessThan(CHANGED_BY_CUTS);
    for (const { start, end } of cut.finals) expect(end - start).toBeLessThan(5.032);
    const seams = cut.finals.filter(({ start }, index) => start === cut.finals[index - 1]?.end);
    expect(seams.length).toBeGreaterThan(3);
  });

  test('loses no first word, neither at the first sample nor after a pause of 400 ms', async () => {
    const spoken = clips
      .filter(({ id }) => /^(librispeech|jfk|librivox)/.test(id))
      .map((clip) => ({ ...clip, samples: spokenPart(clip.samples) }));
    const streams = spoken.map(({ samples }) => transcribe(real.recognizer, samples));
    const first = (await Promise.all(streams)).map((listening) => wordsOf(listening.text())[0]);
    expect(first).toEqual(spoken.map(({ text }) => wordsOf(text)[0]));

    const { samples } = conversation(spoken, 0.4);
    const words = wordsOf((await transcribe(real.recognizer, samples, { endpointingMs: 300 })).text());
    for (const [index, { text }] of spoken.slice(1).entries()) {
      const seam = [wordsOf(spoken[index]?.text ?? '').at(-1), wordsOf(text)[0]];
      expect(words.join(' ')).toContain(seam.join(' '));
    }
  });

  test('a final has the words that its partials showed, or it is told why not', async () => {
    for (const id of [INTERVIEW, 'jfk/jfk']) {
      const samples = (await loadSpeech(id)).samples.subarray(0, 12 * SAMPLE_RATE);
      const listening = listen(real.recognizer, { partials: true });
      await feedInStep(real.recognizer, listening, samples);
      await listening.live.flush();
      listening.live.close();
      const { dropped, finals, partials } = listening;
      expect(partials.length).toBeGreaterThan(3);
      for (const { sequence, text } of finals) {
        if (dropped.some((words) => words.sequence === sequence)) continue;
        const shown = partials.findLast((partial) => partial.sequence === sequence)?.text ?? '';
        expect(longestRunWithout(wordsOf(text), wordsOf(shown)), shown).toBeLessThan(3);
      }
    }
  });

  test('hears no words in noise and silence', async () => {
    const noises = await loadAllSpeech(['noise/keyboard-typing', 'noise/pink', 'noise/silence']);
    const streams = noises.map(({ samples }) => {
      return transcribe(real.recognizer, join(Array.from({ length: 6 }, () => samples)));
    });
    const finals = (await Promise.all(streams)).flatMap((listening) => listening.finals);
    expect(finals.flatMap(({ words }) => words).length).toBeLessThanOrEqual(1);
  });
});

/** How many words in a row are not among others. */
function longestRunWithout(others: readonly string[], words: readonly string[]): number {
  const known = new Set(others);
  const runs = words.map((word) => (known.has(word) ? ' ' : '-')).join('');
  return Math.max(0, ...runs.split(' ').map(({ length }) => length));
}
