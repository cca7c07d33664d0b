import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { Tensor, type InferenceSession } from 'onnxruntime-node';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { openGraph, packGraph } from '../../src/decoding/open-graph.js';
import { writeOnnxModel } from '../../src/models/write-onnx-model.js';
import { makeRandomWhisper, prepareFrom } from '../support/prepared-whisper.js';
import { makeFolder } from '../support/real-recognizer.js';

let published: string;
beforeAll(async () => {
  published = await makeRandomWhisper({ precisions: ['float32', 'int8'] });
});
afterAll(() => rm(published, { recursive: true }));

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await makeFolder();
  onTestFinished(() => rm(folder, { recursive: true }));
  file = path.join(folder, 'encoder.onnx');
});

/** The outputs of an encoder for a rising tone. */
async function encode(session: InferenceSession): Promise<Record<string, unknown>> {
  const features = Float32Array.from({ length: 80 * 200 }, (_, index) => Math.sin(index ** 1.1));
  const outputs = await session.run({ features: new Tensor('float32', features, [1, 80, 200]) });
  return Object.fromEntries(
    Object.entries(outputs).map(([name, value]) => [
      name,
      Buffer.from((value.data as Float32Array).buffer).toString('base64'),
    ]),
  );
}

test.each(['float32', 'int8'] as const)('a packed graph in %s computes what it did before', async (type) => {
  const { encoder } = await prepareFrom(published, type);
  // With its weights in a file of their own, as large models have them.
  await writeOnnxModel(encoder, file, 10_000);
  const before = await encode(await openGraph(file));
  await packGraph(file);
  // A comparison that fails would print millions of numbers.
  expect(JSON.stringify(await encode(await openGraph(file))) === JSON.stringify(before)).toBe(true);
  expect((await readdir(folder)).sort()).toEqual(['encoder.onnx', 'encoder.onnx.packed']);
});

test.runIf(process.platform === 'linux')('packed weights are mapped into memory', async () => {
  await writeOnnxModel((await prepareFrom(published, 'int8')).encoder, file);
  await packGraph(file);
  const session = await openGraph(file);
  expect(await readFile('/proc/self/maps', 'utf8')).toContain(`${file}.packed`);
  await session.release();
});
