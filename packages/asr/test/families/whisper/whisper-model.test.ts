import { rm } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Hypothesis } from '../../../src/decoding/search.js';
import type { Opening, SpeechModel } from '../../../src/decoding/speech-model.js';
import {
  loadWhisperTokenizer,
  type WhisperTokenizer,
} from '../../../src/families/whisper/whisper-tokenizer.js';
import { plainRequest } from '../../../src/decoding/speech-model.js';
import { makeRandomWhisper, openPreparedWhisper } from '../../support/prepared-whisper.js';

let model: SpeechModel;
let tokenizer: WhisperTokenizer;
beforeAll(async () => {
  const folder = await makeRandomWhisper();
  model = await openPreparedWhisper(folder, 'int8');
  tokenizer = await loadWhisperTokenizer(folder);
  await rm(folder, { recursive: true });
});

describe('a hypothesis', () => {
  const spoken = 'There is no pain in the chest and none in the arm.';

  test.each<[string, boolean, string, number, Partial<Hypothesis>, Opening]>([
    ['of a sentence that is likely can be believed', true, spoken, -0.3, {}, {}],
    ['that says the same over and over cannot', false, `${spoken} `.repeat(30), -0.1, {}, {}],
    ['that says a word many times in a row can', true, `${'no, '.repeat(30)}${spoken}`, -0.1, {}, {}],
    ['that is unlikely cannot', false, spoken, -1.2, {}, {}],
    ['that is unlikely can where there is no speech', true, spoken, -1.2, {}, { noSpeech: 0.7 }],
    ['that is unlikely cannot where there may be speech', false, spoken, -1.2, {}, { noSpeech: 0.5 }],
    ['that went in a circle cannot', false, spoken, -0.1, { stopped: 'repetition' }, {}],
    ['that did not end cannot', false, spoken, -0.1, { stopped: 'length' }, {}],
    ['whose end is unlikely is judged with it', false, 'no', -0.5, { endLogProbability: -9 }, {}],
    ['without text can be believed if its end can', true, '', 0, { endLogProbability: -0.5 }, {}],
  ])('%s', (_what, credible, text, logProbability, changes, opening) => {
    const tokens = tokenizer.encode(text);
    const hypothesis: Hypothesis = {
      tokens,
      logProbabilities: tokens.map(() => logProbability),
      frames: tokens.map(() => 0),
      endLogProbability: logProbability,
      stopped: 'end',
      ...changes,
    };
    expect(model.isCredible?.(hypothesis, opening)).toBe(credible);
  });
});

describe('the opening', () => {
  test('gives the likeliest language and the probability of no speech', () => {
    const logits = new Float32Array(tokenizer.noTimestamps + 1_502).fill(-20);
    logits[tokenizer.languages.get('de') ?? -1] = 3;
    logits[tokenizer.languages.get('cy') ?? -1] = 2;
    // A token that stands for no language must not be chosen, however likely it is.
    logits[5] = 4;
    const { language, noSpeech } = model.opening?.read(logits) ?? {};
    expect(language).toBe('de');
    expect(noSpeech).toBeLessThan(0.001);
    logits[tokenizer.noSpeech ?? -1] = 4;
    // The other likely tokens have logits of 4, 3 and 2: e^4 / (2 e^4 + e^3 + e^2).
    expect(model.opening?.read(logits).noSpeech).toBeCloseTo(0.399, 3);
  });

  test('gives no language for a model that knows only one', async () => {
    const folder = await makeRandomWhisper({ languages: 'english-only' });
    const english = await openPreparedWhisper(folder, 'int8');
    const { startOfTranscript, noTimestamps } = await loadWhisperTokenizer(folder);
    await rm(folder, { recursive: true });
    expect(english.opening?.read(new Float32Array(3_000))).not.toHaveProperty('language');
    expect(english.prompt(plainRequest, 'en', [])).toEqual([startOfTranscript, noTimestamps]);
  });
});

test('text may end at once behind text of the same window, but not at the start of one', () => {
  const mayEnd = (prefix: readonly number[]) => {
    const logits = new Float32Array(tokenizer.noTimestamps + 1_502);
    model.rules(plainRequest, prefix).restrict(logits, 0, logits.length, []);
    return logits[tokenizer.endOfText] === 0;
  };
  expect(mayEnd([])).toBe(false);
  expect(mayEnd([40, 41])).toBe(true);
});

test('audio is encoded with a second of silence behind it, up to 30 s in all, to the hop', async () => {
  const framesOf = async (samples: number) => {
    const { cross } = await model.encoder.encode(new Float32Array(samples));
    // The silent ending.
    return cross.frames - 300;
  };
  expect(await framesOf(32_000)).toBe(150);
  expect(await framesOf(32_319)).toBe(150);
  expect(await framesOf(1)).toBe(50);
  expect(await framesOf(479_999)).toBe(1_500);
  expect(await framesOf(600_000)).toBe(1_500);
});
