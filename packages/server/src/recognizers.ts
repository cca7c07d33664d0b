import type { Recognizer, RecognizerEvent, RecognizerOptions } from '@auscult/asr';
import type { Config } from './config/schema.js';
import { requireTask } from './model-abilities.js';
import { recognizerOptions, refinerOptions } from './recognizer-options.js';
import { downloadLog } from './telemetry/download-log.js';
import type { Log } from './telemetry/log.js';
import type { Metrics } from './telemetry/metrics.js';

/** Starts a recognizer; `startRecognizer` of `@auscult/asr` is one. */
export type StartRecognizer = (options: RecognizerOptions) => Promise<Recognizer>;

/** The recognizers of a server. */
export interface Recognizers {
  /** Resolves when speech can be recognised. Fails as a recognizer fails, or where the model cannot do the task that is set. */
  readonly start: (metrics: Pick<Metrics, 'onRecognizerEvent'>) => Promise<void>;
  /** What hears live speech and recordings, once it is warm. */
  readonly recognizer: () => Recognizer | undefined;
  /** What hears sessions again: a model of its own, if one is set. */
  readonly refiner: () => Recognizer | undefined;
  readonly close: () => Promise<void>;
}

/** Starts none yet. */
export function createRecognizers(config: Config, startRecognizer: StartRecognizer, log: Log): Recognizers {
  let recognizer: Recognizer | undefined;
  let refiner: Recognizer | undefined;

  return {
    start: async (metrics) => {
      const startedAt = performance.now();
      const started = await startRecognizer(
        recognizerOptions(config, eventSink(log, metrics), downloadLog(log)),
      );
      recognizer = started;
      requireTask(started.model, config.task);
      if (config.refineModel !== undefined)
        refiner = await startRecognizer(refinerOptions(config, recognizerEventLog(log), downloadLog(log)));
      log.info('ready', { model: started.model.name, seconds: (performance.now() - startedAt) / 1000 });
    },
    recognizer: () => recognizer,
    refiner: () => refiner ?? recognizer,
    close: async () => {
      await Promise.all([recognizer?.close(), refiner?.close()]);
    },
  };
}

function eventSink(log: Log, metrics: Pick<Metrics, 'onRecognizerEvent'>): (event: RecognizerEvent) => void {
  const write = recognizerEventLog(log);
  return (event) => {
    metrics.onRecognizerEvent(event);
    write(event);
  };
}

/** Writes what operators need to know of the processes that infer. */
export function recognizerEventLog(log: Log): (event: RecognizerEvent) => void {
  return (event) => {
    switch (event.kind) {
      case 'preparing-graphs':
        return log.info('preparing model graphs', { model: event.model });
      case 'device-fallback':
        return log.warn('device cannot be used, the CPU is instead', { reason: event.reason });
      case 'worker-ready':
        return log.info('worker ready', { worker: event.worker, pid: event.pid, seconds: event.seconds });
      case 'worker-exited':
        return log.warn('worker exited', { worker: event.worker, pid: event.pid, reason: event.reason });
      case 'job-retried':
        return log.warn('job retried', { worker: event.worker });
      case 'job-lost':
        return log.error('job lost', { attempts: event.attempts });
      case 'voices-ready':
        return log.info('voice process ready', { pid: event.pid, seconds: event.seconds });
      case 'voices-exited':
        return log.warn('voice process exited', { pid: event.pid, reason: event.reason });
      case 'final-heard':
      case 'job-finished':
      case 'voice-window':
        return;
    }
  };
}
