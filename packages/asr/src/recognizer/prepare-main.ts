import { readFile } from 'node:fs/promises';
import { prepareGraphs } from '../families/moonshine/prepare-graphs.js';
import { decodeOnnxModel, encodeOnnxModel, type OnnxModel } from '../models/onnx-model.js';
import { storePreparedGraphs } from '../models/prepared-graphs.js';
import type { FromPreparation, PreparationRequest } from './prepare-model.js';

// The entry of a process that prepares a model's graphs once: it needs much memory for a second or two.

process.on('message', (request: PreparationRequest) => {
  prepare(request).then(
    () => {
      answer({ type: 'prepared' });
    },
    (error: unknown) => {
      const { message, code } = error as NodeJS.ErrnoException;
      answer({ type: 'failed', message, code });
    },
  );
});

async function prepare(request: PreparationRequest): Promise<void> {
  const prepared = prepareGraphs(await readModel(request.encoderPath), await readModel(request.decoderPath), {
    int8Weights: request.weights === 'int8',
  });
  await storePreparedGraphs(request.cacheDirectory, request.fingerprint, request.weights, {
    encoder: encodeOnnxModel(prepared.encoder),
    decoder: encodeOnnxModel(prepared.decoder),
  });
}

async function readModel(file: string): Promise<OnnxModel> {
  try {
    return decodeOnnxModel(await readFile(file));
  } catch (cause) {
    throw new Error(`'${file}' is cut off or no ONNX file`, { cause });
  }
}

function answer(message: FromPreparation): void {
  process.send?.(message, () => {
    process.disconnect();
  });
}
