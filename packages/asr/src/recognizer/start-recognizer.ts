import { familyOf } from '../families/families.js';
import type { PreparedModel } from '../families/model-family.js';
import { createScheduler, type Scheduler } from '../inference/scheduling/scheduler.js';
import type { ResolvedModel } from '../models/resolve-model.js';
import { SpeechError } from '../speech-error.js';
import { describeModel, loadModel, processOptions } from './load-model.js';
import type { Recognizer, RecognizerOptions } from './recognizer.js';
import { recognizerOverPool, type LoadedPool } from './recognizer-over-pool.js';

/**
 * Starts inference processes for a model and resolves once one of them has warmed up.
 * Throws a `SpeechError` for options that do not fit together, a model that is missing or damaged, a cache that
 * cannot be written, and processes that do not come up.
 */
export function startRecognizer(options: RecognizerOptions): Promise<Recognizer> {
  return recognizerOverPool(startPool(options), options);
}

async function startPool(options: RecognizerOptions): Promise<LoadedPool> {
  const prepared = await loadModel(options);
  const [pool, textOf] = await Promise.all([
    startScheduler(options, prepared),
    familyOf(prepared.model).loadTokenText(prepared.model),
  ]);
  return { pool, model: describeModel(prepared), textOf };
}

/** How often loading is tried before the start fails. */
const LOAD_ATTEMPTS = 3;

async function startScheduler(options: RecognizerOptions, prepared: PreparedModel): Promise<Scheduler> {
  let failures = 0;
  let reason = 'it ended while starting';
  let scheduler: Scheduler | undefined;
  const onEvent = options.onEvent ?? (() => undefined);
  try {
    await new Promise<void>((resolve, reject) => {
      scheduler = createScheduler({
        ...processOptions(options, prepared),
        workers: options.workers,
        onEvent(event) {
          onEvent(event);
          if (event.kind === 'worker-exited' && ++failures >= LOAD_ATTEMPTS)
            reject(workersFailed(prepared.model, reason));
        },
        onLoadFailed: (message) => {
          reason = message;
        },
        onWorkerReady: resolve,
      });
    });
  } catch (error) {
    await scheduler?.close();
    throw error;
  }
  if (!scheduler) throw workersFailed(prepared.model, reason);
  return scheduler;
}

function workersFailed(model: ResolvedModel, reason: string): SpeechError {
  return new SpeechError(
    'worker_failed',
    `No inference process came up with ${model.name}: ${reason}.`,
    'Run `auscult doctor`; `auscult models list` tells how much memory a worker needs.',
  );
}
