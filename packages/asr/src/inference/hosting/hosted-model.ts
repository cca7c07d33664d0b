import { familyOf } from '../../families/families.js';
import { describeModel, loadModel, processOptions } from '../../recognizer/load-model.js';
import type { ModelDescription, RecognizerOptions } from '../../recognizer/recognizer.js';
import { writeVocabulary } from '../../text/vocabulary.js';
import type { RecognitionJob } from '../messages/recognition-job.js';
import { impossiblePart } from './job-limits.js';
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
  /** How many tokens of its vocabulary stand for text: those from 0 up to this. */
  readonly textTokens: number;
  /** The part of a job that would end its process, by its name in the job; undefined if the model can take all of it. */
  readonly impossiblePart: (job: Pick<RecognitionJob, 'audio' | 'prefix' | 'draft'>) => string | undefined;
  /** Starts the processes; `listener` is told which of them says what, by its number. */
  start(listener: (process: number) => HostedListener): readonly HostedProcess[];
}

/**
 * Finds and prepares a model. Throws a `SpeechError` as `startRecognizer` does; processes that do not come up are tried
 * again for as long as it takes.
 */
export async function hostModel(options: HostOptions): Promise<HostedModel> {
  const prepared = await loadModel(options);
  const family = familyOf(prepared.model);
  const [textOf, limits] = await Promise.all([
    family.loadTokenText(prepared.model),
    family.jobLimits(prepared.model),
  ]);
  const own = { ...processOptions(options, prepared), onEvent: options.onEvent ?? (() => undefined) };
  return {
    model: describeModel(prepared),
    fingerprint: prepared.model.fingerprint,
    vocabulary: writeVocabulary(textOf),
    textTokens: limits.textTokens,
    impossiblePart: (job) => impossiblePart(job, limits),
    start: (listener) =>
      Array.from({ length: options.workers }, (_, index) => hostProcess({ ...own, index }, listener(index))),
  };
}
