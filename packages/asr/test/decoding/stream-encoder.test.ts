import type { Tensor } from 'onnxruntime-node';
import { beforeAll, expect, test, vi } from 'vitest';
import { createDecoderBatch } from '../../src/decoding/decoder-batch.js';
import {
  createStreamEncoder,
  type EncodedWindow,
  type EncoderState,
} from '../../src/decoding/stream-encoder.js';
import { preferredWeightFormat } from '../../src/models/prepared-graphs.js';
import type { PreparedModel } from '../../src/recognizer/job-engine.js';
import { decodeTogether, tokensOf, wordsOfTokens } from '../support/greedy-decoding.js';
import { openPrepared } from '../support/published-moonshine.js';
import { editDistance, join, loadAllSpeech, silence, type Speech } from '../support/speech.js';

/**
 * Words that may come out otherwise than from one run, as a share of all. Not none: frames well before the end
 * of the earlier audio have not heard what followed.
 */
const CHANGED_WORDS = 0.04;

let model: PreparedModel;
let clips: readonly Speech[];
beforeAll(async () => {
  model = await openPrepared('moonshine-base', preferredWeightFormat());
  clips = await loadAllSpeech([
    'librispeech/1998-15444-0006',
    'librispeech/2609-156975-0005',
    'librispeech/3331-159605-0003',
    'librispeech/367-130732-0001',
    'dictation/joe_s003',
  ]);
});

test('a window encoded in parts gives the words of one encoded at once', async () => {
  const encoder = createStreamEncoder(model.encoder, model.geometry);
  let audio: Float32Array = new Float32Array(0);
  let prefix: readonly number[] = [];
  let state: EncoderState | undefined;
  let spoken = 0;
  let changed = 0;
  for (const { samples } of clips) {
    audio = join([audio, samples, silence(0.4)]);
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
  expect(spoken).toBeGreaterThan(50);
  expect(changed / spoken).toBeLessThanOrEqual(CHANGED_WORDS);
});

test('only what is new is encoded, and the two seconds before it', async () => {
  const encoder = createStreamEncoder(model.encoder, model.geometry);
  const audio = join(clips.slice(0, 2).map(({ samples }) => samples));
  const earlier = audio.subarray(0, clips[0]?.samples.length);
  const { state } = await encoder.encode(earlier);
  const run = vi.spyOn(model.encoder, 'run');
  await encoder.encode(audio, state);
  const input = run.mock.calls[0]?.[0]['input_values'] as Tensor;
  run.mockRestore();
  const again = input.data.length - (audio.length - earlier.length);
  expect(again).toBeGreaterThanOrEqual(32_000);
  expect(again).toBeLessThan(33_000);
});

test('audio shorter than those two seconds is encoded from its start, to the bit as without what went before', async () => {
  const encoder = createStreamEncoder(model.encoder, model.geometry);
  const audio = (clips[3]?.samples ?? silence(1)).subarray(0, 48_000);
  const { state } = await encoder.encode(audio.subarray(0, 24_000));
  const continued = await encoder.encode(audio, state);
  const whole = await encoder.encode(audio);
  for (const [name, tensor] of whole.cross.tensors) {
    expect(sameValues(continued.cross.tensors.get(name), tensor), name).toBe(true);
  }
});

test('a state tells the memory that it holds', async () => {
  const { state } = await createStreamEncoder(model.encoder, model.geometry).encode(silence(2));
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
  const [heard = []] = await decodeTogether(batch, model.geometry, [{ cross, prefix }]);
  return heard;
}
