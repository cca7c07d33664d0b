import { createHash } from 'node:crypto';
import { readFile, rm, stat, truncate } from 'node:fs/promises';
import path from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { readPublishedWeights } from '../../src/families/whisper/published-weights.js';
import { decodeOnnxModel, type OnnxModel } from '../../src/models/onnx-model.js';
import { writeOnnxModel } from '../../src/models/write-onnx-model.js';
import { makeRandomWhisper, prepareFrom } from '../support/prepared-whisper.js';
import { publishedGraphs } from '../support/published-whisper.js';
import { makeFolder } from '../support/real-recognizer.js';

/** A graph with so many bytes of weights has them outside. */
const THRESHOLD = 10_000;

let published: string;
beforeAll(async () => {
  published = await makeRandomWhisper({ precisions: ['float32', 'float16', 'int8'] });
});
afterAll(() => rm(published, { recursive: true }));

let file: string;
beforeEach(async () => {
  const folder = await makeFolder();
  onTestFinished(() => rm(folder, { recursive: true }));
  file = path.join(folder, 'model.onnx');
});

test('a graph with its weights in another file computes the same', async () => {
  const { encoder } = await prepareFrom(published, 'float32');
  await writeOnnxModel(encoder, file);
  const expected = await encode();
  const whole = (await stat(file)).size;
  await writeOnnxModel(encoder, file, THRESHOLD);
  expect(await encode()).toEqual(expected);
  expect((await stat(file)).size).toBeLessThan(whole / 4);
  expect((await stat(`${file}.weights`)).size).toBeGreaterThan(whole / 2);
});

test('a graph below the limit is one file', async () => {
  await writeOnnxModel((await prepareFrom(published, 'int8')).decoder, file);
  await expect(stat(`${file}.weights`)).rejects.toMatchObject({ code: 'ENOENT' });
});

test.each(['float32', 'float16', 'int8'] as const)(
  'published weights in %s are found outside of the graph as in it',
  async (computeType) => {
    const { decoderPath, folder } = publishedGraphs(published, computeType);
    const inside = decodeOnnxModel(await readFile(decoderPath));
    await writeOnnxModel(inside, file, THRESHOLD);
    const outside = decodeOnnxModel(await readFile(file));
    expect(weightsIn(outside, path.dirname(file))).toEqual(weightsIn(inside, folder));
    expect(outside.graph.initializer.some(({ dataLocation }) => dataLocation === 1)).toBe(true);
  },
);

test('cut-off weights are reported by their file and name', async () => {
  const { decoderPath } = publishedGraphs(published, 'float32');
  await writeOnnxModel(decodeOnnxModel(await readFile(decoderPath)), file, THRESHOLD);
  await truncate(`${file}.weights`, 2_000);
  const weights = readPublishedWeights(decodeOnnxModel(await readFile(file)), path.dirname(file));
  expect(() => weights.table('embed_tokens.weight')).toThrow(
    /model\.onnx\.weights' is cut off in .*embed_tokens\.weight/,
  );
});

/** Some of all kinds of weights, as preparation asks for them. */
function weightsIn(model: OnnxModel, folder: string): readonly string[] {
  const weights = readPublishedWeights(model, folder);
  const tables = [
    weights.table('embed_tokens.weight'),
    weights.matrix('layers.1/fc1'),
    weights.matrix('layers.0/encoder_attn/k_proj'),
  ];
  return [
    ...tables.map(({ values, ...rest }) => `${JSON.stringify(rest)} ${hashOf(values)}`),
    hashOf(weights.vector('layers.1.fc1.bias') ?? new Float32Array(0)),
  ];
}

/** The outputs of the graph in `file` for a rising tone. */
async function encode(): Promise<readonly string[]> {
  const session = await InferenceSession.create(file, { intraOpNumThreads: 1 });
  const features = Float32Array.from({ length: 80 * 200 }, (_, index) => Math.sin(index ** 1.1));
  const outputs = await session.run({ features: new Tensor('float32', features, [1, 80, 200]) });
  return Object.values(outputs).map((value) => hashOf(value.data as Float32Array));
}

/** A few characters for millions of numbers, which a failed comparison would print for minutes. */
function hashOf(values: Float32Array | Uint8Array): string {
  return createHash('sha256').update(values).digest('hex');
}
