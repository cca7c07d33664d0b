import { familyOf } from '../../families/families.js';
import type { PreparedModel } from '../../families/model-family.js';
import { describeModel, loadModel, sufficientMemory } from '../../recognizer/load-model.js';
import type { ModelDescription, RecognizerOptions } from '../../recognizer/recognizer.js';
import { writeVocabulary } from '../../text/vocabulary.js';
import { hostProcess, type HostedListener, type HostedProcess } from './hosted-process.js';

/** How a model is hosted: as a recognizer of its own would run it, without what concerns streams. */
export type HostOptions = Omit<
  RecognizerOptions,
  'beams' | 'maxFinalDelaySeconds' | 'shrinkContextUnderLoad'
>;

/** A model in processes on this machine, for jobs that others send. */
export interface HostedModel {
  readonly model: ModelDescription;
  /** Equal for equal weights: machines with the same one hear the same. */
  readonly fingerprint: string;
  /** The text of its tokens, for `readVocabulary`. */
  readonly vocabulary: Uint8Array;
  /** Starts the processes; `listener` is told which of them says what, by its number. */
  start(listener: (process: number) => HostedListener): readonly HostedProcess[];
}

/**
 * Finds and prepares a model. Throws a `SpeechError` as `startRecognizer` does; processes that do not come up are tried
 * again for as long as it takes.
 */
export async function hostModel(options: HostOptions): Promise<HostedModel> {
  const prepared = await loadModel(options);
  const textOf = await familyOf(prepared.model).loadTokenText(prepared.model);
  return {
    model: describeModel(prepared),
    fingerprint: prepared.model.fingerprint,
    vocabulary: writeVocabulary(textOf),
    start: (listener) =>
      Array.from({ length: options.workers }, (_, index) =>
        hostProcess(processOptions(options, prepared, index), listener(index)),
      ),
  };
}

function processOptions(options: HostOptions, model: PreparedModel, index: number) {
  return {
    index,
    model,
    memoryLimitBytes: options.workerMemoryLimitBytes ?? sufficientMemory(model),
    timeoutSeconds: options.workerTimeoutSeconds,
    lexicon: options.lexicon === 'medical',
    lexiconContext: options.lexiconContext ?? true,
    cacheDirectory: options.cacheDirectory,
    onEvent: options.onEvent ?? (() => undefined),
  };
}
