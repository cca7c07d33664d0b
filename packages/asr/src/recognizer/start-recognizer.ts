import { loadResampling } from '../audio/resample.js';
import type { ModelGeometry } from '../decoding/model-geometry.js';
import { moonshineTokenText } from '../families/moonshine/moonshine-text.js';
import { openLiveStream } from '../live/live-stream.js';
import { resolveModel, type ResolvedModel } from '../models/resolve-model.js';
import { SpeechError } from '../speech-error.js';
import { loadVoiceActivity } from '../vad/voice-activity.js';
import { prepareModel } from './prepare-model.js';
import type { Admission, ModelDescription, Recognizer, RecognizerOptions } from './recognizer.js';
import { createScheduler, type Scheduler } from './scheduler.js';

/**
 * Starts inference processes for a model and resolves once one of them has warmed up.
 * Throws a `SpeechError` for options that do not fit together, a model that is missing or damaged, a cache that
 * cannot be written, and processes that do not come up.
 */
export async function startRecognizer(options: RecognizerOptions): Promise<Recognizer> {
  const onEvent = options.onEvent ?? (() => undefined);
  requireSupported(options);
  const model = await resolveModel(options.model, {
    computeType: options.computeType,
    store: options.modelStore,
  });
  requireLanguage(model, options.language);
  const graphs = await prepareModel(model, options.cacheDirectory, () => {
    onEvent({ kind: 'preparing-graphs', model: model.name });
  });
  const [createResampler, createVoiceActivity, scheduler] = await Promise.all([
    loadResampling(),
    loadVoiceActivity(),
    startScheduler(options, model, graphs),
  ]);

  let opened = 0;
  let liveStreams = 0;
  const contextShare = () =>
    options.shrinkContextUnderLoad ? shareUnderLoad(scheduler.finalDelaySeconds) : 1;

  return {
    model: describe(model),
    openLive(live, listener) {
      const stream = openLiveStream(live, listener, {
        scheduler,
        createResampler,
        voice: createVoiceActivity(),
        stream: String(opened++),
        language: options.language,
        textOf: moonshineTokenText,
        contextShare,
        onClose: () => liveStreams--,
      });
      liveStreams++;
      return stream;
    },
    admission: () => admission(scheduler, options.maxFinalDelaySeconds),
    status: () => ({
      workers: scheduler.workers(),
      waitingFinals: scheduler.waiting.finals,
      waitingPartials: scheduler.waiting.partials,
      finalDelaySeconds: scheduler.finalDelaySeconds,
      liveStreams,
    }),
    close: () => scheduler.close(),
  };
}

/** Loading is tried so often before a start is given up. */
const LOAD_ATTEMPTS = 3;

async function startScheduler(
  options: RecognizerOptions,
  model: ResolvedModel,
  graphs: { readonly encoderPath: string; readonly decoderPath: string },
): Promise<Scheduler> {
  let failures = 0;
  let reason = 'it ended while starting';
  let scheduler: Scheduler | undefined;
  const onEvent = options.onEvent ?? (() => undefined);
  try {
    await new Promise<void>((resolve, reject) => {
      scheduler = createScheduler({
        ...graphs,
        workers: options.workers,
        geometry: requireGeometry(model),
        memoryLimitBytes: options.workerMemoryLimitBytes,
        timeoutSeconds: options.workerTimeoutSeconds,
        onEvent(event) {
          onEvent(event);
          if (event.kind === 'worker-exited' && ++failures >= LOAD_ATTEMPTS)
            reject(workersFailed(model, reason));
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
  if (!scheduler) throw workersFailed(model, reason);
  return scheduler;
}

/**
 * How much of the carried context to use while finals run late: half of it, then none, frees about a third and
 * half of the time that a final takes (bench `streams`).
 */
function shareUnderLoad(finalDelaySeconds: number): number {
  if (finalDelaySeconds > 1.2) return 0;
  return finalDelaySeconds > 0.8 ? 0.5 : 1;
}

function admission(scheduler: Scheduler, maxFinalDelaySeconds: number): Admission {
  if (!scheduler.anyReady) return { admitted: false, reason: 'no-worker-ready' };
  if (scheduler.finalDelaySeconds > maxFinalDelaySeconds) return { admitted: false, reason: 'finals-late' };
  return { admitted: true };
}

function describe({ name, languages }: ResolvedModel): ModelDescription {
  return {
    name,
    family: 'moonshine',
    languages,
    computeType: 'int8',
    device: 'cpu',
  };
}

function requireSupported({ device }: RecognizerOptions): void {
  if (device === 'cpu') return;
  throw new SpeechError(
    'unsupported_device',
    `Moonshine models run on the CPU, not on ${device}.`,
    'Set device to cpu.',
  );
}

function requireGeometry({ name, geometry }: ResolvedModel): ModelGeometry {
  if (geometry) return geometry;
  throw new SpeechError(
    'unknown_model',
    `${name} is a Whisper model, which cannot be loaded yet.`,
    'Choose a Moonshine model from `auscult models list`.',
  );
}

function requireLanguage({ name, languages }: ResolvedModel, language: string): void {
  if (languages.includes(language)) return;
  throw new SpeechError(
    'unsupported_language',
    `${name} recognises ${languages.join(', ')}, not '${language}'.`,
    `Set language to ${languages[0] ?? 'en'}.`,
  );
}

function workersFailed(model: ResolvedModel, reason: string): SpeechError {
  return new SpeechError(
    'worker_failed',
    `No inference process came up with ${model.name}: ${reason}.`,
    'Run `auscult doctor`; about 400 MB of free memory are needed for each of the workers.',
  );
}
