import { readFile } from 'node:fs/promises';
import { prepareGraphs } from '../families/moonshine/prepare-graphs.js';
import { prepareWhisper } from '../families/whisper/prepare-whisper.js';
import { decodeOnnxModel, type OnnxModel } from '../models/onnx-model.js';
import { storePreparedGraphs } from '../models/prepared-graphs.js';
import { writeOnnxModel } from '../models/write-onnx-model.js';
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

async function prepare({ model, weights, cacheDirectory }: PreparationRequest): Promise<void> {
  await storePreparedGraphs(cacheDirectory, model.fingerprint, weights, async (files) => {
    if (model.family === 'whisper') {
      const products = weights === 'float' ? 'floats' : 'integers';
      await prepareWhisper(model, { products, int8Weights: weights === 'int8' }, files);
      return;
    }
    const prepared = prepareGraphs(await readModel(model.encoderPath), await readModel(model.decoderPath), {
      int8Weights: weights === 'int8',
    });
    await writeOnnxModel(prepared.encoder, files.encoder);
    await writeOnnxModel(prepared.decoder, files.decoder);
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
