import path from 'node:path';
import { openGraph } from '../../decoding/open-graph.js';
import type { CrossAttention } from '../../decoding/stream-encoder.js';
import { readOnnxModel } from '../../models/read-onnx-model.js';
import { writeOnnxModel } from '../../models/write-onnx-model.js';
import { prepareWhisperGraphs, type WhisperTarget } from './prepare-graphs.js';
import { readPublishedWeights, type PublishedWeights } from './published-weights.js';
import { withSilentEnding } from './silent-ending.js';
import { encodeSilence } from './whisper-encoder.js';
import { readWhisperShape, type WhisperShape } from './whisper-shape.js';

/** The published files of a Whisper model. */
export interface PublishedWhisper {
  readonly encoderPath: string;
  readonly decoderPath: string;
  /** The folder of its configuration. */
  readonly folder: string;
}

/** Prepares a Whisper model and writes its graphs to two files. Throws what reading, building and writing throw. */
export async function prepareWhisper(
  published: PublishedWhisper,
  target: WhisperTarget,
  files: { readonly encoder: string; readonly decoder: string },
): Promise<void> {
  const shape = await readWhisperShape(published.folder);
  const { encoder, decoder } = prepareWhisperGraphs(
    await readWeights(published.encoderPath),
    await readWeights(published.decoderPath),
    shape,
    target,
  );
  await writeOnnxModel(decoder, files.decoder);
  await writeOnnxModel(encoder, files.encoder);
  const silence = await encodedSilence(files.encoder, shape);
  await writeOnnxModel(withSilentEnding(encoder, silence), files.encoder);
}

async function readWeights(file: string): Promise<PublishedWeights> {
  return readPublishedWeights(await readOnnxModel(file), path.dirname(file));
}

async function encodedSilence(file: string, shape: WhisperShape): Promise<CrossAttention> {
  const session = await openGraph(file);
  try {
    return await encodeSilence(session, shape);
  } finally {
    await session.release();
  }
}
