// The scheduler without its processes: for those that try it on simulated ones.
export { createScheduler, type Scheduler } from './inference/scheduling/scheduler.js';
export type {
  WorkerSlot,
  WorkerSlotListener,
  WorkerSlotOptions,
} from './inference/scheduling/worker-slot.js';
export type { JobOwner, RecognitionRequest } from './inference/inference-pool.js';
export type { RecognitionJob, RecognitionResult } from './inference/messages/recognition-job.js';
