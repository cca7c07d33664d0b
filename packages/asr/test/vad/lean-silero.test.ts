import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { openGraph } from '../../src/decoding/open-graph.js';
import { leanSilero } from '../../src/vad/lean-silero.js';
import { loadAllSpeech } from '../support/speech.js';

/** The sums are taken in another order. */
const TOLERANCE = 1e-4;

const SAMPLES = 576;

test('hears what the published network hears, frame by frame, in several channels', async () => {
  const published = await readFile(
    createRequire(import.meta.url).resolve('@auscult/weights/silero/silero_vad_v6.onnx'),
  );
  const clips = await loadAllSpeech(['jfk/jfk', 'librispeech/2609-156975-0005']);
  const expected = await probabilities(await openGraph(published), clips, {
    sr: new Tensor('int64', BigInt64Array.of(16_000n), []),
  });
  const heard = await probabilities(await openGraph(leanSilero(published)), clips, {});
  expect(Math.max(...expected)).toBeGreaterThan(0.9);
  expect(Math.min(...expected)).toBeLessThan(0.1);
  const differences = heard.map((value, index) => Math.abs(value - (expected[index] ?? NaN)));
  expect(Math.max(...differences)).toBeLessThan(TOLERANCE);
});

async function probabilities(
  session: InferenceSession,
  channels: readonly { readonly samples: Float32Array }[],
  feeds: InferenceSession.OnnxValueMapType,
): Promise<number[]> {
  const count = channels.length;
  let state = new Tensor('float32', new Float32Array(2 * count * 128), [2, count, 128]);
  const heard: number[] = [];
  for (let at = 0; at + SAMPLES <= Math.min(...channels.map(({ samples }) => samples.length)); at += 512) {
    const input = new Float32Array(count * SAMPLES);
    for (const [row, { samples }] of channels.entries())
      input.set(samples.subarray(at, at + SAMPLES), row * SAMPLES);
    const outputs = await session.run({
      input: new Tensor('float32', input, [count, SAMPLES]),
      state,
      ...feeds,
    });
    state = outputs['stateN'] as typeof state;
    heard.push(...(outputs['output']?.data as Float32Array));
  }
  return heard;
}
