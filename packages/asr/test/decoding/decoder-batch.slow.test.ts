import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { beforeAll, expect, test, vi } from 'vitest';
import { createDecoderBatch, type Feed } from '../../src/decoding/decoder-batch.js';
import { createStreamEncoder } from '../../src/decoding/stream-encoder.js';
import { preferredWeightFormat } from '../../src/models/prepared-graphs.js';
import {
  decodeTogether,
  prefill,
  tokensOf,
  wordsOfTokens,
  type DecodingRow,
  type HeardToken,
} from '../support/greedy-decoding.js';
import { openPrepared, type PreparedMoonshine } from '../support/published-moonshine.js';
import { editDistance, join, loadAllSpeech, silence } from '../support/speech.js';

const CLIPS = [
  'librispeech/1998-15444-0006',
  'librispeech/2609-156975-0005',
  'librispeech/3331-159605-0003',
  'librispeech/367-130732-0001',
  'dictation/joe_s003',
  'librivox/sense_and_sensibility_01_austen_64kb-0880',
  'jfk/jfk',
];

/**
 * The share of words that may differ in a batch. Dynamic int8 takes the scale of its activations over all rows, so that
 * neighbours move a row's numbers a little and change words about which the model is in doubt. Clear words hardly
 * change: one in 200 with the base model.
 */
const CHANGED_WORDS = 0.02;

/** How far log-probabilities may move in the mean. If padding is not masked, they move by 0.011 or more. */
const MOVED = 0.01;

let model: PreparedMoonshine;
let rows: readonly DecodingRow[];
beforeAll(async () => {
  model = await openPrepared('moonshine-base', preferredWeightFormat());
  rows = await rowsOfDifferentShapes();
});

test('a row keeps its words and nearly their probabilities beside rows of other lengths, prefixes and ages', async () => {
  const batch = createDecoderBatch(model.decoder, model.geometry);
  const alone: (readonly HeardToken[])[] = [];
  for (const row of rows) alone.push(...(await decodeTogether(batch, model, [row])));
  const ages = [(row: number) => row * 3, (row: number) => (row * 5) % 7];
  let changed = 0;
  const moved: number[] = [];
  for (const joinAt of ages) {
    const together = await decodeTogether(batch, model, rows, joinAt);
    for (const [row, heard] of together.entries()) {
      const expected = alone[row] ?? [];
      changed += editDistance(wordsOfTokens(expected), wordsOfTokens(heard));
      heard.forEach(({ token, logProbability }, index) => {
        const other = expected[index];
        if (token === other?.token) moved.push(Math.abs(logProbability - other.logProbability));
      });
    }
  }
  const spoken = alone.flatMap(wordsOfTokens).length;
  expect(spoken).toBeGreaterThan(60);
  expect(changed / (ages.length * spoken)).toBeLessThanOrEqual(CHANGED_WORDS);
  expect(moved.reduce((sum, difference) => sum + difference, 0) / moved.length).toBeLessThan(MOVED);
});

test('a row attends only to its own frames and tokens, and has its own position IDs', async () => {
  const batch = createDecoderBatch(model.decoder, model.geometry);
  const run = vi.spyOn(model.decoder, 'run');
  const pair = rows.slice(0, 2);
  for (const [id, { cross, prefix }] of pair.entries()) {
    await prefill(batch, [id], cross, [...model.geometry.startTokens, ...prefix]);
    await batch.step(anyTokens(id + 1));
  }
  await batch.step(anyTokens(2));
  const inputs = run.mock.lastCall?.[0];
  run.mockRestore();
  const frames = pair.map(({ cross }) => indices(0, cross.frames));
  expect(frames[0]?.length).not.toBe(frames[1]?.length);
  expect(openPositions(inputs?.['cross_mask'])).toEqual(frames);
  // The start token, the prefix, and a token a step, with the padding before them.
  const tokens = pair.map(({ prefix }, row) => 1 + prefix.length + 3 - row);
  const longest = Math.max(...tokens);
  const positions = inputs?.['position_ids'] as Tensor;
  expect([...(positions.data as BigInt64Array)].map(Number)).toEqual(tokens.map((count) => count - 1));
  expect(openPositions(inputs?.['self_mask'])).toEqual(
    tokens.map((count) => indices(longest - count, longest)),
  );
});

test('several copies of a row in a batch give the same bits as the row alone', async () => {
  const batch = createDecoderBatch(model.decoder, model.geometry);
  for (const row of rows.slice(3, 5)) {
    const [alone] = await decodeTogether(batch, model, [row]);
    expect(await decodeTogether(batch, model, [row, row, row])).toEqual([alone, alone, alone]);
  }
});

test('a batch counts its rows and their frames, and is empty once all have left', async () => {
  const batch = createDecoderBatch(model.decoder, model.geometry);
  for (const [id, { cross, prefix }] of rows.slice(0, 3).entries()) {
    await prefill(batch, [id], cross, [...model.geometry.startTokens, ...prefix]);
  }
  expect(batch.size).toBe(3);
  expect(batch.frames).toBe(rows.slice(0, 3).reduce((sum, { cross }) => sum + cross.frames, 0));
  batch.leave(1);
  expect([...(await batch.step(anyTokens(3))).keys()]).toEqual([0, 2]);
  batch.leave(0);
  batch.leave(2);
  batch.leave(2);
  expect(batch.size).toBe(0);
  expect(batch.frames).toBe(0);
});

test('the attended frames move with the audio by as much as it is delayed', async () => {
  const [speech] = await loadAllSpeech(['librivox/sense_and_sensibility_01_austen_64kb-0880']);
  if (!speech) throw new Error('no clip');
  const early = await framesHeard(speech.samples);
  const late = await framesHeard(join([silence(1), speech.samples]));
  const secondFrames = 16_000 / model.geometry.samplesPerFrame;
  expect(median(late) - median(early)).toBeGreaterThan(0.8 * secondFrames);
  expect(median(late) - median(early)).toBeLessThan(1.2 * secondFrames);
});

/** A token for each of the first rows. */
function anyTokens(rows: number): ReadonlyMap<number, Feed> {
  return new Map(indices(0, rows).map((row) => [row, { token: 100, from: row }]));
}

/** For each row, the positions that a mask does not hide. */
function openPositions(mask: InferenceSession.OnnxValueMapType[string] | undefined): number[][] {
  const { dims, data } = mask as Tensor;
  const length = dims.at(-1) ?? 0;
  return indices(0, dims[0] ?? 0).map((row) =>
    indices(0, length).filter((position) => data[row * length + position] === 0),
  );
}

function indices(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

/** Every second clip is decoded together with the one before it, whose tokens are known. */
async function rowsOfDifferentShapes(): Promise<readonly DecodingRow[]> {
  const encoder = createStreamEncoder(model.encoderSession, model.geometry);
  const batch = createDecoderBatch(model.decoder, model.geometry);
  const shaped: DecodingRow[] = [];
  let before: { readonly samples: Float32Array; readonly tokens: readonly number[] } | undefined;
  for (const { samples } of await loadAllSpeech(CLIPS)) {
    const audio = before ? join([before.samples, silence(0.3), samples]) : samples;
    const row = { cross: (await encoder.encode(audio)).cross, prefix: before?.tokens ?? [] };
    shaped.push(row);
    const [heard = []] = before ? [] : await decodeTogether(batch, model, [row]);
    before = before ? undefined : { samples, tokens: tokensOf(heard) };
  }
  return shaped;
}

async function framesHeard(audio: Float32Array): Promise<readonly number[]> {
  const { cross } = await createStreamEncoder(model.encoderSession, model.geometry).encode(audio);
  const batch = createDecoderBatch(model.decoder, model.geometry);
  const [heard = []] = await decodeTogether(batch, model, [{ cross, prefix: [] }]);
  return heard.map(({ frame }) => frame);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
