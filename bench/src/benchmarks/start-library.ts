import { startRecognizer, type Recognizer, type RecognizerEvent } from '@auscult/asr';
import { loadConfig } from '@auscult/server';
import { settingsEnvironment } from '../server/target.js';

/** How to recognise without a server. */
export interface LibrarySettings {
  /** Name or folder; the server's default if absent. */
  readonly model?: string | undefined;
  /** Inference processes; the server's default if absent. */
  readonly workers?: number | undefined;
  /** The lexicon that all sessions expect; the server's default if absent. */
  readonly lexicon?: Lexicon | undefined;
  /** Whether its terms are also weighed by the words around them; true if absent. */
  readonly lexiconContext?: boolean | undefined;
  /** Told what happens to jobs and processes. */
  readonly onEvent?: ((event: RecognizerEvent) => void) | undefined;
}

/** A lexicon that ships with the library, or `none`. */
export type Lexicon = 'medical' | 'none';

const BYTES_PER_MIB = 1024 ** 2;

/**
 * Starts the recognizer as a server with the same settings would. Context is never shortened, so that the figures do
 * not depend on how busy the machine is.
 */
export async function startLibrary({
  model,
  workers,
  lexicon,
  lexiconContext,
  onEvent,
}: LibrarySettings): Promise<{ readonly recognizer: Recognizer; readonly workers: number }> {
  const flags = { model, workers: workers?.toString() };
  const config = loadConfig({ flags, environment: settingsEnvironment() });
  const recognizer = await startRecognizer({
    ...config,
    beams: config.beamSize,
    lexicon: lexicon ?? config.lexicon,
    lexiconContext,
    modelStore: { directory: config.modelDirectory, offline: config.offline },
    ...(config.workerMemoryLimit !== undefined && {
      workerMemoryLimitBytes: config.workerMemoryLimit * BYTES_PER_MIB,
    }),
    ...(onEvent && { onEvent }),
    shrinkContextUnderLoad: false,
  });
  return { recognizer, workers: config.workers };
}
