import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { loadWhisperTokenizer } from '../../src/families/whisper/whisper-tokenizer.js';
import type { Precision } from '../support/random-whisper/random-tensor.js';
import { decodeOnnxModel, type OnnxGraph } from '../../src/models/onnx-model.js';
import { writeRandomWhisper } from '../support/random-whisper/random-whisper.js';
import { lastLogits, openPublishedWhisper } from '../support/published-whisper.js';
import { publishedWhisper } from '../support/shared.js';

const WIDTH = 64;
const PRECISIONS: readonly Precision[] = ['int8', 'float16', 'float32'];

/** How far logits of ±10 may differ. In int8, activations are quantised at a scale that depends on all rows of a batch. */
const TOLERANCES: Readonly<Record<Precision, number>> = { int8: 0.8, float16: 0.05, float32: 0.001 };

let folder: string;
beforeAll(async () => {
  folder = await makeFolder();
  await writeRandomWhisper(folder, { precisions: PRECISIONS });
});
afterAll(() => rm(folder, { recursive: true }));

describe('a model with random weights', () => {
  test('has a configuration that fits its graphs and vocabulary', async () => {
    const config = JSON.parse(await readFile(path.join(folder, 'config.json'), 'utf8')) as Record<
      string,
      number
    >;
    const { noTimestamps } = await loadWhisperTokenizer(folder);
    expect(config.vocab_size).toBe(noTimestamps + 1_502);
    const { logits } = await (await openPublishedWhisper(folder, 'int8')).step([1], await hear('int8'));
    expect(logits.dims).toEqual([1, 1, config.vocab_size]);
  });

  test.each(PRECISIONS)('gives the same logits in %s step by step as at once', async (precision) => {
    const hidden = await hear(precision);
    const { step } = await openPublishedWhisper(folder, precision);
    const tokens = [400, 7, 130, 42, 9];
    const whole = await step(tokens, hidden);
    let state = await step(tokens.slice(0, 2), hidden);
    for (const token of tokens.slice(2)) state = await step([token], hidden, state);
    expect(greatestDifference(lastLogits(state), lastLogits(whole))).toBeLessThan(TOLERANCES[precision]);
  });

  test('gives nearly the same in every precision, and different logits for different sounds', async () => {
    const said = async (precision: Precision, loudness?: number) => {
      const { step } = await openPublishedWhisper(folder, precision);
      return lastLogits(await step([400, 7], await hear(precision, loudness)));
    };
    const exact = await said('float32');
    expect(greatestDifference(await said('float16'), exact)).toBeLessThan(TOLERANCES.float16);
    expect(greatestDifference(await said('int8'), exact)).toBeLessThan(TOLERANCES.int8);
    expect(greatestDifference(await said('float32', -1), exact)).toBeGreaterThan(0.1);
  });

  test('is written identically every time', async () => {
    const again = await makeFolder();
    onTestFinished(() => rm(again, { recursive: true }));
    await writeRandomWhisper(again, { precisions: ['int8'] });
    for (const file of [
      'tokenizer.json',
      'onnx/encoder_model_quantized.onnx',
      'onnx/decoder_model_merged_quantized.onnx',
    ]) {
      expect(
        Buffer.compare(await readFile(path.join(again, file)), await readFile(path.join(folder, file))),
      ).toBe(0);
    }
  });

  test.each(['english-only', 'with-cantonese'] as const)('may be %s', async (languages) => {
    const other = await makeFolder();
    onTestFinished(() => rm(other, { recursive: true }));
    await writeRandomWhisper(other, { languages });
    const { multilingual, languages: known } = await loadWhisperTokenizer(other);
    expect(multilingual).toBe(languages === 'with-cantonese');
    expect(known.has('yue')).toBe(languages === 'with-cantonese');
  });
});

describe.skipIf(!existsSync(publishedWhisper))(
  'beside the published tiny.en (skipped where its files are not)',
  () => {
    test.each(['encoder_model_quantized', 'decoder_model_merged_quantized'])(
      'the nodes of %s have the same names and kinds',
      async (name) => {
        const nodesOf = async (model: string) =>
          describeNodes(decodeOnnxModel(await readFile(path.join(model, 'onnx', `${name}.onnx`))).graph);
        expect(await nodesOf(folder)).toEqual(await nodesOf(publishedWhisper));
      },
    );
  },
);

/** Named nodes of the first two layers and around them, with those of the branches, in no order. */
function describeNodes(graph: OnnxGraph, within = ''): string[] {
  return graph.node
    .flatMap((node) => [
      `${within} ${node.opType} ${node.name.replace(/^Transpose_\d+$/, 'Transpose_N')}`,
      ...node.attribute.flatMap(({ name, g }) => (g ? describeNodes(g, name) : [])),
    ])
    .filter((line) => !/ Constant_\d+$|layers\.[2-9]/.test(line))
    .sort();
}

/** The encoder's output for one second of a sound that goes up. */
async function hear(precision: Precision, loudness = 1): Promise<Tensor> {
  const features = Float32Array.from({ length: 80 * 3_000 }, (_, at) =>
    at % 3_000 < 100 && Math.abs(at / 3_000 - (at % 3_000) / 2) < 4 ? loudness : -0.5,
  );
  const hidden = await (await openPublishedWhisper(folder, precision)).encode(features);
  expect(hidden.dims).toEqual([1, 1_500, WIDTH]);
  return hidden;
}

function greatestDifference(a: Float32Array, b: Float32Array): number {
  return Math.max(...a.map((value, index) => Math.abs(value - (b[index] ?? NaN))));
}

function makeFolder(): Promise<string> {
  return mkdtemp(path.join(tmpdir(), 'auscult-random-whisper-'));
}
