import type { MoonshineFiles } from '../../families/moonshine/moonshine-model.js';
import type { WhisperFiles } from '../../families/whisper/whisper-model.js';
import type { KeyTermList } from '../../terms/key-term-list.js';
import type { RecognitionJob, RecognitionResult } from './recognition-job.js';

/** The prepared files of a model. */
export type ModelFiles = MoonshineFiles | WhisperFiles;

/** From the server to an inference process. */
export type ToWorker =
  | {
      readonly type: 'load';
      readonly model: ModelFiles;
      readonly lexicon: boolean;
      readonly lexiconContext: boolean;
    }
  | { readonly type: 'terms'; readonly list: KeyTermList }
  | { readonly type: 'forget-terms'; readonly name: string }
  | { readonly type: 'job'; readonly job: RecognitionJob }
  | { readonly type: 'cancel'; readonly id: number }
  | { readonly type: 'promote'; readonly id: number }
  | { readonly type: 'forget'; readonly window: string }
  | { readonly type: 'ping' };

/** From an inference process to the server. */
export type FromWorker =
  | { readonly type: 'ready'; readonly residentBytes: number }
  | { readonly type: 'load-failed'; readonly message: string }
  | {
      readonly type: 'result';
      readonly id: number;
      readonly result: RecognitionResult;
      readonly runSeconds: number;
      readonly residentBytes: number;
    }
  | { readonly type: 'pong'; readonly residentBytes: number };
