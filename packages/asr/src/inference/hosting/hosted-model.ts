import { familyOf } from '../../families/families.js';
import { describeModel, loadModel, processOptions } from '../../recognizer/load-model.js';
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
  const own = { ...processOptions(options, prepared), onEvent: options.onEvent ?? (() => undefined) };
  return {
    model: describeModel(prepared),
    fingerprint: prepared.model.fingerprint,
    vocabulary: writeVocabulary(textOf),
    start: (listener) =>
      Array.from({ length: options.workers }, (_, index) => hostProcess({ ...own, index }, listener(index))),
  };
}
