import { expect, test, vi } from 'vitest';
import type { FromWorker } from '../../../src/inference/messages/worker-messages.js';
import { createWorkerSlot } from '../../../src/inference/scheduling/worker-slot.js';
import type { WorkerListener } from '../../../src/inference/scheduling/worker-process.js';
import { resolveModel } from '../../../src/models/resolve-model.js';

const started: WorkerListener<FromWorker>[] = [];
let killed = 0;

vi.mock('../../../src/inference/scheduling/worker-process.js', () => ({
  startWorkerProcess: (_: URL, listener: WorkerListener<FromWorker>) => {
    started.push(listener);
    return { pid: started.length, send: () => undefined, kill: () => killed++ };
  },
}));

test('a process that becomes ready while it is being ended is not replaced', async () => {
  const slot = createWorkerSlot(
    {
      index: 0,
      model: {
        model: await resolveModel('moonshine-tiny', { computeType: 'int8' }),
        graphs: { encoderPath: '', decoderPath: '' },
        device: 'cpu',
      },
      memoryLimitBytes: 1e9,
      timeoutSeconds: 10,
      lexicon: false,
      lexiconContext: false,
      cacheDirectory: '',
    },
    {
      onRoom: () => undefined,
      onResult: () => undefined,
      onReturned: () => undefined,
      onLoadFailed: () => undefined,
      onEvent: () => undefined,
    },
  );
  const closing = slot.close();
  expect(killed).toBe(1);
  started[0]?.onMessage({ type: 'ready', residentBytes: 1 });
  started[0]?.onExit();
  await closing;
  expect(slot.ready).toBe(false);
  expect(started).toHaveLength(1);
});
