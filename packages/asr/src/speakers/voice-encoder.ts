import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Tensor, type InferenceSession } from 'onnxruntime-node';
import { openGraph } from '../decoding/open-graph.js';
import { createGe2eFeatures } from './ge2e-features.js';
import type { VoiceFeatures } from './voice-features.js';

/** Tells voices apart: windows of one speaker have embeddings that point in about the same direction. */
export interface VoiceEncoder {
  /** Values of an embedding. */
  readonly size: number;
  /**
   * The embeddings of windows of 0.2 to 1.6 s, 16 kHz within ±1: centred on the mean voice, and of unit length. Holds the
   * event loop for 4 to 8 ms a window.
   */
  embed(windows: readonly Float32Array[]): Promise<readonly Float32Array[]>;
}

/** Opens the encoder that ships with this package. */
export async function openVoiceEncoder(): Promise<VoiceEncoder> {
  const [session, mean] = await Promise.all([openGraph(shipped('ge2e.onnx')), readMeanVoice()]);
  return createVoiceEncoder(session, createGe2eFeatures(), mean);
}

function createVoiceEncoder(
  session: InferenceSession,
  features: VoiceFeatures,
  mean: Float32Array,
): VoiceEncoder {
  return {
    size: mean.length,
    async embed(windows) {
      const embeddings: Float32Array[] = [];
      for (let at = 0; at < windows.length; at += MOST_TOGETHER) {
        embeddings.push(...(await run(session, features, mean, windows.slice(at, at + MOST_TOGETHER))));
      }
      return embeddings;
    },
  };
}

/** Windows of one run: more take no less time each, and hold the event loop longer. */
const MOST_TOGETHER = 8;

async function run(
  session: InferenceSession,
  features: VoiceFeatures,
  mean: Float32Array,
  windows: readonly Float32Array[],
): Promise<readonly Float32Array[]> {
  const [frames, values] = features.shape;
  const heard = new Float32Array(windows.length * frames * values);
  for (const [row, window] of windows.entries()) {
    features.write(window, heard.subarray(row * frames * values, (row + 1) * frames * values));
  }
  const outputs = await session.run({
    mels: new Tensor('float32', heard, [windows.length, frames, values]),
  });
  const embeddings = outputs['embedding']?.data as Float32Array;
  return windows.map((_, row) => centred(embeddings.slice(row * mean.length, (row + 1) * mean.length), mean));
}

/** What sets a voice apart from the mean voice. Changes the embedding in place. */
function centred(embedding: Float32Array, mean: Float32Array): Float32Array {
  scaleToUnit(embedding);
  for (let at = 0; at < mean.length; at++) embedding[at] = (embedding[at] ?? 0) - (mean[at] ?? 0);
  return scaleToUnit(embedding);
}

function scaleToUnit(vector: Float32Array): Float32Array {
  let sum = 0;
  for (const value of vector) sum += value * value;
  const length = Math.max(1e-9, Math.sqrt(sum));
  for (let at = 0; at < vector.length; at++) vector[at] = (vector[at] ?? 0) / length;
  return vector;
}

async function readMeanVoice(): Promise<Float32Array> {
  const { mean } = JSON.parse(await readFile(shipped('ge2e-mean-voice.json'), 'utf8')) as MeanVoice;
  return Float32Array.from(mean);
}

/** The mean of the embeddings of many voices, each of unit length. */
interface MeanVoice {
  readonly voices: number;
  readonly mean: readonly number[];
}

function shipped(name: string): string {
  return fileURLToPath(new URL(`../../speakers/${name}`, import.meta.url));
}
