import { rm } from 'node:fs/promises';
import fc from 'fast-check';
import type { Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createDecoderBatch } from '../../../src/decoding/decoder-batch.js';
import type { Hypothesis } from '../../../src/decoding/search.js';
import type { DecodingRequest, SpeechModel } from '../../../src/decoding/speech-model.js';
import {
  loadWhisperTokenizer,
  type WhisperTokenizer,
} from '../../../src/families/whisper/whisper-tokenizer.js';
import type { RecognitionJob, RecognitionResult } from '../../../src/inference/messages/recognition-job.js';
import { prefill } from '../../support/greedy-decoding.js';
import { plainRequest } from '../../../src/decoding/speech-model.js';
import { finalJob, startEngine } from '../../support/job-engine.js';
import { makeRandomWhisper, openPreparedWhisper } from '../../support/prepared-whisper.js';
import { loadSpeech } from '../../support/speech.js';
import { until } from '../../support/until.js';

/** Tokens of a job of two seconds: ten a second and four more. */
const TOKEN_LIMIT = 24;

let model: SpeechModel;
let tokenizer: WhisperTokenizer;
let audio: Int16Array;
beforeAll(async () => {
  const folder = await makeRandomWhisper({ precisions: ['float32'] });
  model = await openPreparedWhisper(folder, 'float32');
  tokenizer = await loadWhisperTokenizer(folder);
  const { samples } = await loadSpeech('jfk/jfk');
  audio = Int16Array.from(samples.subarray(0, 32_000), (sample) => sample * 32_767);
  await rm(folder, { recursive: true });
});
afterAll(() => vi.restoreAllMocks());

describe('the opening of a window', () => {
  test('the model says which of its languages it hears, and how likely there is no speech', async () => {
    const { language, noSpeech } = await recognise({ language: 'auto' });
    expect(tokenizer.languages.has(language ?? '')).toBe(true);
    expect(noSpeech).toBeGreaterThanOrEqual(0);
    expect(noSpeech).toBeLessThanOrEqual(1);
    expect(await promptOf({ language: 'auto' })).toEqual([
      tokenizer.startOfTranscript,
      tokenizer.languages.get(language ?? ''),
      tokenizer.transcribe,
      tokenizer.noTimestamps,
    ]);
  });

  test.each<[string, Partial<DecodingRequest>, () => readonly (number | undefined)[]]>([
    ['a region is that of its language', { language: 'de-AT' }, () => framed('de', 'transcribe')],
    ['a translation is asked for', { language: 'fr', task: 'translate' }, () => framed('fr', 'translate')],
  ])('%s', async (_what, request, expected) => {
    expect(await promptOf(request)).toEqual(expected());
  });

  test('the final text of the window comes last', async () => {
    expect(await promptOf({}, { prefix: [61, 62] })).toEqual([...framed('en', 'transcribe'), 61, 62]);
  });
});

describe('an implausible hypothesis', () => {
  test('is decoded again at higher temperatures until one is plausible', async () => {
    const tried: Hypothesis[] = [];
    const result = await recognise({ fallback: true }, {}, believing(tried, 3));
    expect(tried).toHaveLength(3);
    expect(new Set(tried.map(({ tokens }) => tokens.join())).size).toBe(3);
    expect(result.tokens).toEqual(tried[2]?.tokens);
  });

  test('is accepted at the sixth attempt', async () => {
    const tried: Hypothesis[] = [];
    const result = await recognise({ fallback: true, beams: 3 }, {}, believing(tried, Infinity));
    expect(tried).toHaveLength(5);
    expect(tried.map(({ tokens }) => tokens)).not.toContainEqual(result.tokens);
  });

  test('is accepted at once where fallback is off', async () => {
    const tried: Hypothesis[] = [];
    await recognise({ fallback: false }, {}, believing(tried, Infinity));
    expect(tried).toEqual([]);
  });
});

describe('beams', () => {
  test('give each token its probability behind the tokens before it', async () => {
    const { tokens, logProbabilities, stopped } = await recognise({ beams: 4 });
    expect(tokens.length).toBeGreaterThan(stopped === 'end' ? 0 : TOKEN_LIMIT - 1);
    const expected = await probabilitiesOf(tokens);
    logProbabilities.forEach((value, index) => {
      expect(value).toBeCloseTo(expected[index] ?? NaN, 2);
    });
  });

  test('of several jobs at a time find the same as alone', async () => {
    const requests = [{ beams: 4 }, { beams: 1 }, { beams: 3 }, { beams: 2, language: 'de' }];
    const alone = [];
    for (const request of requests) alone.push(await recognise(request));
    const { engine, results } = start();
    requests.forEach((request, id) => {
      engine.add(...job(id, request));
    });
    await until(() => results.size === requests.length);
    expect(requests.map((_, id) => results.get(id)?.tokens)).toEqual(alone.map(({ tokens }) => tokens));
  });

  test('that are cancelled do not keep others from finishing', async () => {
    const { engine, results } = start();
    for (const id of [1, 2]) engine.add(...job(id, { beams: 4 }));
    await new Promise((resolve) => setImmediate(resolve));
    engine.cancel(1);
    await until(() => results.has(2));
    expect([...results.keys()]).toEqual([2]);
  });
});

describe('a draft', () => {
  const randomDraft = fc.array(
    fc.record({ at: fc.nat(TOKEN_LIMIT), taken: fc.nat(3), given: fc.array(fc.nat(399), { maxLength: 3 }) }),
    { maxLength: 3 },
  );

  test('never changes the result, right or wrong', async () => {
    const { tokens } = await recognise();
    await fc.assert(
      fc.asyncProperty(randomDraft, fc.nat(TOKEN_LIMIT), async (changes, length) => {
        const draft = tokens.slice(0, length);
        for (const { at, taken, given } of changes) draft.splice(at, taken, ...given);
        expect(await recognise({}, { draft })).toMatchObject({ tokens });
      }),
      { numRuns: 20 },
    );
  });

  test('that is right saves decoder runs, also behind a wrong token', async () => {
    const runs = async (draft: readonly number[]) => {
      const run = vi.spyOn(model.decoder, 'run');
      await recognise({}, { draft });
      const count = run.mock.calls.length;
      run.mockRestore();
      return count;
    };
    const { tokens } = await recognise();
    expect(tokens.length).toBeGreaterThan(12);
    const alone = await runs([]);
    // Language and silence are read first, in a run of their own; drafts are read in pieces.
    expect(await runs(tokens)).toBeLessThanOrEqual(2 + Math.ceil(tokens.length / 16));
    expect(await runs([...tokens.slice(0, 4), 399, ...tokens.slice(5)])).toBeLessThan(alone - 8);
  });
});

test('background work finishes after finals and partials that came later', async () => {
  const { engine, results } = start();
  engine.add(...job(1));
  engine.add(...job(2, {}, { priority: 'background' }));
  engine.add(...job(3, {}, { priority: 'partial' }));
  engine.add(...job(4));
  await until(() => results.size === 4);
  expect([...results.keys()].slice(2)).toEqual([3, 2]);
});

test('a final does not wait for background work that has begun', async () => {
  const { engine, results } = start();
  engine.add(...job(1, {}, { priority: 'background', newSeconds: 20 }));
  await new Promise((resolve) => setImmediate(resolve));
  engine.add(...job(2, {}, { newSeconds: 0.1 }));
  await until(() => results.size === 2);
  expect([...results.keys()]).toEqual([2, 1]);
});

/** Finds the first hypotheses not credible, up to the one with that number. */
function believing(tried: Hypothesis[], number: number): Partial<SpeechModel> {
  return {
    isCredible(hypothesis) {
      tried.push(hypothesis);
      return tried.length >= number;
    },
  };
}

function framed(language: string, task: 'transcribe' | 'translate'): readonly (number | undefined)[] {
  const { startOfTranscript, languages, noTimestamps } = tokenizer;
  return [startOfTranscript, languages.get(language), tokenizer[task], noTimestamps];
}

/** The tokens that the decoder reads first for the text of a job, without the run for language and silence. */
async function promptOf(
  request: Partial<DecodingRequest>,
  changes: Partial<RecognitionJob> = {},
): Promise<readonly number[]> {
  const run = vi.spyOn(model.decoder, 'run');
  await recognise(request, changes);
  const read = run.mock.calls.map(([inputs]) => {
    const { data } = inputs['input_ids'] as Tensor;
    return Array.from(data as BigInt64Array, Number);
  });
  run.mockRestore();
  return read.find((tokens) => tokens.length > 1) ?? [];
}

/** The logarithms of the probabilities that tokens have one behind the other, each read from the start. */
async function probabilitiesOf(tokens: readonly number[]): Promise<readonly number[]> {
  const { cross } = await model.encoder.encode(Float32Array.from(audio, (sample) => sample / 32_768));
  const values: number[] = [];
  for (const [index, token] of tokens.entries()) {
    const before = tokens.slice(0, index);
    const prompt = model.prompt(plainRequest, 'en', before);
    const batch = createDecoderBatch(model.decoder, model.geometry);
    const { logits } = await prefill(batch, [0], cross, prompt);
    model.rules(plainRequest, []).restrict(logits, 0, logits.length, before);
    values.push((logits[token] ?? NaN) - Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0)));
  }
  return values;
}

async function recognise(
  request: Partial<DecodingRequest> = {},
  changes: Partial<RecognitionJob> = {},
  altered: Partial<SpeechModel> = {},
): Promise<RecognitionResult> {
  const { engine, results } = start(altered);
  engine.add(...job(1, request, changes));
  await until(() => results.has(1));
  const result = results.get(1);
  if (!result) throw new Error('there is no result');
  return result;
}

function start(altered: Partial<SpeechModel> = {}) {
  return startEngine({ ...model, ...altered });
}

function job(id: number, request: Partial<DecodingRequest> = {}, changes: Partial<RecognitionJob> = {}) {
  return finalJob(id, audio, { decoding: { ...plainRequest, ...request }, ...changes });
}
