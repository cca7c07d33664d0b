import { statSync } from 'node:fs';
import { loadResampling } from '../audio/resample.js';
import { packedWeights, type Device } from '../decoding/open-graph.js';
import { familyOf } from '../families/families.js';
import type { ModelFamily, PreparedModel } from '../families/model-family.js';
import { calibratedConfidence } from '../live/calibrated-confidence.js';
import { openLiveStream } from '../live/live-stream.js';
import { createStreamTerms } from '../live/stream-terms.js';
import { resolveModel, type ResolvedModel } from '../models/resolve-model.js';
import { createVoices } from '../speakers/voices.js';
import { SpeechError } from '../speech-error.js';
import { loadVoiceActivity } from '../vad/voice-activity.js';
import type { InferencePool, Share } from '../inference/inference-pool.js';
import { prepareModel } from './prepare-model.js';
import { probeCuda, type FromProbe } from './probe-device.js';
import type {
  Admission,
  ModelDescription,
  Recognizer,
  RecognizerOptions,
  RecognizerStatus,
} from './recognizer.js';
import { createScheduler, type Scheduler } from '../inference/scheduling/scheduler.js';
import { createSharedTermLists } from './shared-terms.js';

/**
 * Starts inference processes for a model and resolves once one of them has warmed up.
 * Throws a `SpeechError` for options that do not fit together, a model that is missing or damaged, a cache that
 * cannot be written, and processes that do not come up.
 */
export async function startRecognizer(options: RecognizerOptions): Promise<Recognizer> {
  const prepared = await prepare(options);
  const family = familyOf(prepared.model);
  const [createResampler, createVoiceActivity, scheduler, textOf] = await Promise.all([
    loadResampling(),
    loadVoiceActivity(),
    startScheduler(options, prepared),
    family.loadTokenText(prepared.model),
  ]);

  const sharedTerms = createSharedTermLists((name) => {
    scheduler.forget({ termList: name });
  });
  const voices = createVoices({ timeoutSeconds: options.workerTimeoutSeconds, onEvent: options.onEvent });
  let opened = 0;
  let liveStreams = 0;
  const contextFraction = (share: Share) =>
    options.shrinkContextUnderLoad ? shareUnderLoad(scheduler.status(share).finalWaitSeconds) : 1;

  return {
    model: describe(prepared),
    openLive(live, listener) {
      const share = live.share ?? [];
      const name = String(opened++);
      const isBackground = live.priority === 'background';
      if ((live.speakers ?? 'off') !== 'off') voices.prepare();
      const stream = openLiveStream(live, listener, {
        pool: scheduler,
        createResampler,
        voice: createVoiceActivity(share.join('\n')),
        stream: name,
        language: options.language,
        beams: options.beams ?? family.beams,
        textOf,
        calibrated: (confidence) => calibratedConfidence(family.calibration, confidence),
        wordBreaksOf: (language) => family.wordBreaksOf(language),
        hearsTwice: family.hearings.length > 1 && live.task !== 'translate',
        onHeard: (how) => {
          options.onEvent?.({ kind: 'final-heard', how });
        },
        contextFraction: () => contextFraction(share),
        share,
        embed: (audio, patienceMs) =>
          voices.embed(audio, { stream: name, share, background: isBackground, patienceMs }),
        terms: createStreamTerms(sharedTerms, live.keyTerms ?? []),
        lexicon: options.lexicon ?? 'none',
        onClose: () => {
          liveStreams--;
        },
      });
      liveStreams++;
      return stream;
    },
    embedVoice: (audio, { priority = 'background', share = [] }) =>
      voices.embed(audio, { stream: 'recording', share, background: priority === 'background' }),
    admission: (share = []) => admission(scheduler, share, options.maxFinalDelaySeconds),
    status: () => ({ ...schedulerStatus(scheduler), liveStreams, voices: voices.status() }),
    close: async () => {
      await Promise.all([scheduler.close(), voices.close()]);
    },
  };
}

/** Finds the model, and the device that it will run on, and prepares its graphs for that. */
async function prepare(options: RecognizerOptions): Promise<PreparedModel> {
  const model = await resolveModel(options.model, {
    computeType: options.computeType,
    store: options.modelStore,
  });
  requireLanguage(model, options.language);
  const device = await usableDevice(familyOf(model), options);
  const graphs = await prepareModel(model, options.cacheDirectory, device, () => {
    options.onEvent?.({ kind: 'preparing-graphs', model: model.name });
  });
  return { model, graphs, device };
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
        model: prepared,
        workers: options.workers,
        memoryLimitBytes: options.workerMemoryLimitBytes ?? sufficientMemory(prepared),
        timeoutSeconds: options.workerTimeoutSeconds,
        lexicon: options.lexicon === 'medical',
        lexiconContext: options.lexiconContext ?? true,
        cacheDirectory: options.cacheDirectory,
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

/**
 * Memory that a process needs, bytes. The runtime keeps weights twice: as in the file, and in the layout of its kernels.
 * Packed weights are both already.
 */
function sufficientMemory({ graphs: { encoderPath, decoderPath } }: PreparedModel): number {
  const sizes = [encoderPath, decoderPath].map(
    (file) => 2 * (sizeOf(file) + sizeOf(`${file}.weights`)) + sizeOf(packedWeights(file)),
  );
  return Math.max(2 ** 30, 2 ** 29 + sizes.reduce((sum, size) => sum + size, 0));
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/**
 * How much of the carried context to use while finals have to wait for a process: half of it, then none, frees about a
 * third and half of the time that a final takes (bench `streams`). What counts is the wait, not the whole delay: a long
 * utterance takes its time on an idle machine, too, and half of the context costs a fifth more errors.
 */
function shareUnderLoad(finalWaitSeconds: number): number {
  if (finalWaitSeconds > MOST_WAIT.withHalfContext) return 0;
  return finalWaitSeconds > MOST_WAIT.withContext ? 0.5 : 1;
}

/** Seconds; not tuned. */
const MOST_WAIT = { withContext: 0.5, withHalfContext: 1 } as const;

function admission(pool: InferencePool, share: Share, maxFinalDelaySeconds: number): Admission {
  const { ready, finalDelaySeconds } = pool.status(share);
  if (!ready) return { admitted: false, reason: 'no-worker-ready' };
  if (finalDelaySeconds > maxFinalDelaySeconds) return { admitted: false, reason: 'finals-late' };
  return { admitted: true };
}

function schedulerStatus(scheduler: Scheduler): Omit<RecognizerStatus, 'liveStreams'> {
  const { waiting, finalDelaySeconds } = scheduler.status();
  return {
    workers: scheduler.workers(),
    waitingFinals: waiting.finals,
    waitingPartials: waiting.partials,
    finalDelaySeconds,
  };
}

function describe({ model, device }: PreparedModel): ModelDescription {
  const { name, family, languages, computeType } = model;
  return {
    name,
    family,
    languages,
    tasks: familyOf(model).tasksOf(languages),
    computeType,
    device,
  };
}

/** The device that was asked for; or the CPU, if that device cannot be used and the CPU is allowed. */
async function usableDevice(
  { unfitDevices }: ModelFamily,
  { device, deviceFallback = false, onEvent }: RecognizerOptions,
): Promise<Device> {
  if (device === 'cpu') return 'cpu';
  const unfit = unfitDevices[device];
  const probe: FromProbe = unfit === undefined ? await probeCuda() : { usable: false, reason: unfit };
  if (probe.usable) return device;
  if (deviceFallback) {
    onEvent?.({ kind: 'device-fallback', reason: probe.reason });
    return 'cpu';
  }
  throw new SpeechError(
    'unsupported_device',
    `The device cuda cannot be used: ${probe.reason}.`,
    'See docs/operations.md for what it needs, set device to cpu, or allow the CPU instead with device fallback.',
  );
}

function requireLanguage({ name, languages }: ResolvedModel, language: string): void {
  if (language === 'auto' && languages.length > 1) return;
  if (languages.includes(language) || languages.includes(language.split('-')[0] ?? '')) return;
  throw new SpeechError(
    'unsupported_language',
    `${name} recognises ${languages.join(', ')}, not '${language}'.`,
    `Set language to ${languages.includes('en') ? 'en' : (languages[0] ?? 'en')}.`,
  );
}

function workersFailed(model: ResolvedModel, reason: string): SpeechError {
  return new SpeechError(
    'worker_failed',
    `No inference process came up with ${model.name}: ${reason}.`,
    'Run `auscult doctor`; `auscult models list` tells how much memory a worker needs.',
  );
}
