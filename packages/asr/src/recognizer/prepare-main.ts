import { prepareGraphs } from '../families/moonshine/prepare-graphs.js';
import { prepareWhisper } from '../families/whisper/prepare-whisper.js';
import { storePreparedGraphs } from '../models/prepared-graphs.js';
import { readOnnxModel } from '../models/read-onnx-model.js';
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
    const prepared = prepareGraphs(
      await readOnnxModel(model.encoderPath),
      await readOnnxModel(model.decoderPath),
      {
        int8Weights: weights === 'int8',
      },
    );
    await writeOnnxModel(prepared.encoder, files.encoder);
    await writeOnnxModel(prepared.decoder, files.decoder);
  });
}

function answer(message: FromPreparation): void {
  process.send?.(message, () => {
    process.disconnect();
  });
}
