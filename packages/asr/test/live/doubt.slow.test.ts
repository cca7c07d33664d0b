import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createJobEngine } from '../../src/inference/worker/job-engine.js';
import { LEXICON, type RecognitionResult } from '../../src/inference/messages/recognition-job.js';
import { preferredWeightFormat } from '../../src/models/prepared-graphs.js';
import { finalJob } from '../support/job-engine.js';
import { transcribe } from '../support/listening.js';
import { openPrepared } from '../support/published-moonshine.js';
import { startRealRecognizer, type RealRecognizer } from '../support/real-recognizer.js';
import { loadSpeech } from '../support/speech.js';
import { until } from '../support/until.js';

const DISCHARGED = 'dictation/joe_s003';

describe('words of dictation, heard by the default model with the lexicon', () => {
  let real: RealRecognizer;
  beforeAll(async () => {
    real = await startRealRecognizer({ model: 'moonshine-base', lexicon: 'medical' });
  });
  afterAll(() => real.close());

  test('offer what a term replaced as an alternative, and have more confidence in the term', async () => {
    const { samples } = await loadSpeech(DISCHARGED);
    const { finals } = await transcribe(real.recognizer, samples);
    const words = finals.flatMap((final) => final.words);
    const apixaban = words.find(({ text }) => text === 'apixaban');
    expect(apixaban?.confidence).toBeGreaterThan(0.5);
    expect(apixaban?.alternatives?.length).toBeGreaterThan(0);
    expect(apixaban?.alternatives?.[0]?.text).toMatch(/pixab/i);
    expect(words.filter(({ text }) => /^(?:the|was|on)$/i.test(text)).some(({ doubtful }) => doubtful)).toBe(
      false,
    );
  });
});

test('the decoder finds confusable words less likely than the word that was said', async () => {
  const [model, clip] = await Promise.all([
    openPrepared('moonshine-tiny', preferredWeightFormat()),
    loadSpeech(DISCHARGED),
  ]);
  const results: RecognitionResult[] = [];
  const engine = createJobEngine({
    model,
    lexicon: {
      terms: [{ text: 'discharged' }],
      confusables: {
        mostWords: 1,
        takenFor: (plain) => (plain === 'patient' ? ['patience', 'physician'] : []),
      },
    },
    onResult: (_, result) => results.push(result),
    onError(error) {
      throw error;
    },
  });
  const audio = Int16Array.from(clip.samples, (sample) => Math.round(sample * 32_767));
  engine.add(...finalJob(1, audio, { keepState: false, termLists: [LEXICON] }));
  await until(() => results.length === 1);
  const alternatives = results[0]?.alternatives ?? [];
  expect(alternatives.map(({ text }) => text).sort()).toEqual(['patience', 'physician']);
  for (const { odds } of alternatives) expect(odds).toBeLessThan(-1);
});
