import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Tensor } from 'onnxruntime-node';
import { openSession } from '../../decoding/open-session.js';
import { decodeOnnxModel } from '../../models/onnx-model.js';
import { writeOnnxModel } from '../../models/write-onnx-model.js';
import { createLogMel, HOP_SAMPLES } from './log-mel.js';
import { prepareWhisperGraphs, type WhisperTarget } from './prepare-graphs.js';
import { readPublishedWeights, type PublishedWeights } from './published-weights.js';
import { withSilentEnding, type CrossValues } from './silent-ending.js';
import { readWhisperShape, type WhisperShape } from './whisper-shape.js';

/** The published files of a Whisper model. */
export interface PublishedWhisper {
  readonly encoderPath: string;
  readonly decoderPath: string;
  /** Where its configuration is. */
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
  try {
    return readPublishedWeights(decodeOnnxModel(await readFile(file)), path.dirname(file));
  } catch (cause) {
    throw new Error(`'${file}' is cut off or no ONNX file`, { cause });
  }
}

async function encodedSilence(file: string, { bins, positions }: WhisperShape): Promise<CrossValues> {
  const session = await openSession(file);
  try {
    const features = createLogMel(bins).features(new Float32Array(positions * 2 * HOP_SAMPLES));
    const outputs = await session.run({
      features: new Tensor('float32', features, [1, bins, features.length / bins]),
    });
    return new Map(
      Object.entries(outputs).map(([name, value]) => {
        const tensor = value as Tensor;
        return [name, { dims: tensor.dims, data: tensor.data as Float32Array }];
      }),
    );
  } finally {
    await session.release();
  }
}
