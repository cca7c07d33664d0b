import { familyOf } from '../families/families.js';
import { packGraph } from '../decoding/open-graph.js';
import { isPacked, storePreparedGraphs } from '../models/prepared-graphs.js';
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
    await familyOf(model).prepare(model, weights, files);
    if (isPacked(weights)) for (const graph of [files.encoder, files.decoder]) await packGraph(graph);
  });
}

function answer(message: FromPreparation): void {
  process.send?.(message, () => {
    process.disconnect();
  });
}
