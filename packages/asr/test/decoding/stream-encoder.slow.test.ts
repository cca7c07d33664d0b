import type { Tensor } from 'onnxruntime-node';
import { beforeAll, expect, test, vi } from 'vitest';
import { createDecoderBatch } from '../../src/decoding/decoder-batch.js';
import {
  createStreamEncoder,
  type EncodedWindow,
  type EncoderState,
} from '../../src/decoding/stream-encoder.js';
import { preferredWeightFormat } from '../../src/models/prepared-graphs.js';
import { decodeTogether, tokensOf, wordsOfTokens } from '../support/greedy-decoding.js';
import { openPrepared, type PreparedMoonshine } from '../support/published-moonshine.js';
import { editDistance, loadSpeech, silence } from '../support/speech.js';

/**
 * The share of words that may differ from those of audio that is encoded at once. Frames well before the end of the
 * earlier audio are not encoded again and so know nothing of what followed. If no frame were encoded again, more than
 * half of the words would differ.
 */
const CHANGED_WORDS = 0.15;

/** Where utterances of the interview end, seconds: soon after the voice, so that the pause belongs to the next. */
const UTTERANCE_ENDS = [2.57, 4.71, 10.12, 15.4, 20.23];

let model: PreparedMoonshine;
let interview: Float32Array;
beforeAll(async () => {
  model = await openPrepared('moonshine-base', preferredWeightFormat());
  interview = (await loadSpeech('medical/MSK0001-opening')).samples;
});

test('a window encoded utterance by utterance gives nearly the words of one encoded at once', async () => {
  const encoder = createStreamEncoder(model.encoderSession, model.geometry);
  let prefix: readonly number[] = [];
  let state: EncoderState | undefined;
  let spoken = 0;
  let changed = 0;
  for (const end of UTTERANCE_ENDS) {
    const audio = interview.subarray(0, end * 16_000);
    const whole = await encoder.encode(audio);
    const continued = await encoder.encode(audio, state);
    expect(continued.cross.frames).toBe(whole.cross.frames);
    expect(continued.state.frames).toBe(whole.state.frames);

    const heard = await decode(continued, prefix);
    const expected = wordsOfTokens(await decode(whole, prefix));
    spoken += expected.length;
    changed += editDistance(expected, wordsOfTokens(heard));
    prefix = [...prefix, ...tokensOf(heard)];
    state = continued.state;
  }
  expect(spoken).toBeGreaterThan(40);
  expect(changed / spoken).toBeLessThanOrEqual(CHANGED_WORDS);
});

test('only new audio and a little before it are encoded', async () => {
  const encoder = createStreamEncoder(model.encoderSession, model.geometry);
  const audio = interview.subarray(0, 160_000);
  const earlier = audio.subarray(0, 80_000);
  const { state } = await encoder.encode(earlier);
  const run = vi.spyOn(model.encoderSession, 'run');
  await encoder.encode(audio, state);
  const input = run.mock.calls[0]?.[0]['input_values'] as Tensor;
  run.mockRestore();
  const again = input.data.length - (audio.length - earlier.length);
  expect(again).toBeGreaterThan(0);
  expect(again).toBeLessThan(earlier.length / 2);
});

test('audio behind a very short beginning is encoded together with it, with the same bits as at once', async () => {
  const encoder = createStreamEncoder(model.encoderSession, model.geometry);
  const audio = interview.subarray(0, 48_000);
  const { state } = await encoder.encode(audio.subarray(0, 8_000));
  const continued = await encoder.encode(audio, state);
  const whole = await encoder.encode(audio);
  for (const [name, tensor] of whole.cross.tensors) {
    expect(sameValues(continued.cross.tensors.get(name), tensor), name).toBe(true);
  }
});

test('a state reports the memory that it holds', async () => {
  const { state } = await createStreamEncoder(model.encoderSession, model.geometry).encode(silence(2));
  const bytes = [...state.tensors.values()].map(({ data }) => (data as Float32Array).byteLength);
  expect(state.bytes).toBe(bytes.reduce((sum, size) => sum + size, 0));
  expect(state.frames).toBeGreaterThan(75);
});

function sameValues(actual: Tensor | undefined, expected: Tensor): boolean {
  const values = actual?.data as Float32Array;
  return (
    values.length === expected.data.length && values.every((value, index) => value === expected.data[index])
  );
}

async function decode({ cross }: EncodedWindow, prefix: readonly number[]) {
  const batch = createDecoderBatch(model.decoder, model.geometry);
  const [heard = []] = await decodeTogether(batch, model, [{ cross, prefix }]);
  return heard;
}
