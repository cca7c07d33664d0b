import { readOnnxModel } from '../../models/read-onnx-model.js';
import { writeOnnxModel } from '../../models/write-onnx-model.js';
import { prepareGraphs } from './prepare-graphs.js';

/** Prepares the published graphs of a Moonshine model and writes them to two files. Throws what reading and writing throw. */
export async function prepareMoonshine(
  published: { readonly encoderPath: string; readonly decoderPath: string },
  target: { readonly int8Weights: boolean },
  files: { readonly encoder: string; readonly decoder: string },
): Promise<void> {
  const { encoder, decoder } = prepareGraphs(
    await readOnnxModel(published.encoderPath),
    await readOnnxModel(published.decoderPath),
    target,
  );
  await writeOnnxModel(encoder, files.encoder);
  await writeOnnxModel(decoder, files.decoder);
}
