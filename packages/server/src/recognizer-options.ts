import type { DownloadProgress, ModelStoreOptions, RecognizerEvent, RecognizerOptions } from '@auscult/asr';
import type { Config } from './config/schema.js';

const BYTES_PER_MIB = 1024 ** 2;

/** The settings that concern recognition, as the recognizer takes them. */
export function recognizerOptions(
  config: Config,
  onEvent: (event: RecognizerEvent) => void,
  onDownload?: (progress: DownloadProgress) => void,
): RecognizerOptions {
  return {
    model: config.model,
    modelStore: modelStore(config, onDownload),
    language: config.language,
    device: config.device,
    deviceFallback: config.deviceFallback,
    beams: config.beamSize,
    computeType: config.computeType,
    lexicon: config.lexicon,
    workers: config.workers,
    cacheDirectory: config.cacheDirectory,
    ...(config.workerMemoryLimit !== undefined && {
      workerMemoryLimitBytes: config.workerMemoryLimit * BYTES_PER_MIB,
    }),
    workerTimeoutSeconds: config.workerTimeoutSeconds,
    maxFinalDelaySeconds: config.maxFinalDelaySeconds,
    shrinkContextUnderLoad: config.shrinkContextUnderLoad,
    onEvent,
  };
}

/** The settings that concern models which are fetched. */
export function modelStore(
  { modelDirectory, offline }: Pick<Config, 'modelDirectory' | 'offline'>,
  onProgress?: (progress: DownloadProgress) => void,
): ModelStoreOptions {
  return { directory: modelDirectory, offline, onProgress };
}

/** As `recognizerOptions`, for the model of the second pass: a single process, since nobody waits for it. */
export function refinerOptions(
  config: Config,
  onEvent: (event: RecognizerEvent) => void,
  onDownload?: (progress: DownloadProgress) => void,
): RecognizerOptions {
  return {
    ...recognizerOptions(config, onEvent, onDownload),
    model: config.refineModel ?? config.model,
    workers: 1,
    shrinkContextUnderLoad: false,
  };
}
