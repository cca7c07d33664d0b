import { parentPort } from 'node:worker_threads';
import { doReading } from './do-reading.js';
import type { ReadingTask } from './thread-messages.js';

// The entry of the thread that reads large texts, one after the other.

parentPort?.on('message', (task: ReadingTask) => {
  parentPort?.postMessage(doReading(task));
});
