import { register } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import { fuzzLoop } from './fuzz-loop.js';
import type { WorkerData, WorkerMessage } from './worker-messages.js';

// Before anything of the packages is loaded.
register('./instrumenting-loader.js', import.meta.url);

const { plan, memory } = workerData as WorkerData;
await fuzzLoop(plan, memory, (message: WorkerMessage) => parentPort?.postMessage(message));
