import { readFile } from 'node:fs/promises';
import { prepareGraphs } from '../families/moonshine/prepare-graphs.js';
import { decodeOnnxModel, encodeOnnxModel } from '../models/onnx-model.js';
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
  const prepared = prepareGraphs(
    decodeOnnxModel(await readFile(request.encoderPath)),
    decodeOnnxModel(await readFile(request.decoderPath)),
    { int8Weights: request.weights === 'int8' },
  );
  await storePreparedGraphs(request.cacheDirectory, request.fingerprint, request.weights, {
    encoder: encodeOnnxModel(prepared.encoder),
    decoder: encodeOnnxModel(prepared.decoder),
  });
}

function answer(message: FromPreparation): void {
  process.send?.(message, () => {
    process.disconnect();
  });
}
