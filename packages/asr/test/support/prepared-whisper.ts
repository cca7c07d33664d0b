import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { SpeechModel } from '../../src/decoding/speech-model.js';
import {
  prepareWhisperGraphs,
  type WhisperGraphs,
  type WhisperTarget,
} from '../../src/families/whisper/prepare-graphs.js';
import { prepareWhisper } from '../../src/families/whisper/prepare-whisper.js';
import { readPublishedWeights } from '../../src/families/whisper/published-weights.js';
import { openWhisper } from '../../src/families/whisper/whisper-model.js';
import { readWhisperShape } from '../../src/families/whisper/whisper-shape.js';
import type { ComputeType } from '../../src/models/compute-type.js';
import { decodeOnnxModel } from '../../src/models/onnx-model.js';
import { preferredWeightFormat } from '../../src/models/prepared-graphs.js';
import { writeOnnxModel } from '../../src/models/write-onnx-model.js';
import { writeRandomWhisper, type RandomWhisperOptions } from './random-whisper/random-whisper.js';
import { publishedGraphs } from './published-whisper.js';

/** Writes a model with random weights into a new folder. Whoever calls this removes it. */
export async function makeRandomWhisper(options: RandomWhisperOptions = {}): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'auscult-random-whisper-'));
  await writeRandomWhisper(folder, options);
  return folder;
}

/** The target for which a recognizer on this processor prepares graphs. */
export const thisProcessor: WhisperTarget = {
  products: 'integers',
  int8Weights: preferredWeightFormat() === 'int8',
};

/** The prepared graphs of a folder, before the encoder gets its silent ending. */
export async function prepareFrom(
  folder: string,
  computeType: ComputeType,
  target = thisProcessor,
): Promise<WhisperGraphs> {
  const { encoderPath, decoderPath } = publishedGraphs(folder, computeType);
  const weights = async (file: string) =>
    readPublishedWeights(decodeOnnxModel(await readFile(file)), path.dirname(file));
  const shape = await readWhisperShape(folder);
  return prepareWhisperGraphs(await weights(encoderPath), await weights(decoderPath), shape, target);
}

/** Prepares the graphs of a folder as a recognizer does, or without the silent ending, and opens them. */
export async function openPreparedWhisper(
  folder: string,
  computeType: ComputeType,
  { ending = true }: { readonly ending?: boolean } = {},
): Promise<SpeechModel> {
  const graphs = await mkdtemp(path.join(tmpdir(), 'auscult-prepared-'));
  try {
    const encoderPath = path.join(graphs, 'encoder.onnx');
    const decoderPath = path.join(graphs, 'decoder.onnx');
    if (ending) {
      const files = { encoder: encoderPath, decoder: decoderPath };
      await prepareWhisper(publishedGraphs(folder, computeType), thisProcessor, files);
    } else {
      const { encoder, decoder } = await prepareFrom(folder, computeType);
      await writeOnnxModel(encoder, encoderPath);
      await writeOnnxModel(decoder, decoderPath);
    }
    return await openWhisper({ encoderPath, decoderPath, folder, device: 'cpu' });
  } finally {
    await rm(graphs, { recursive: true });
  }
}
