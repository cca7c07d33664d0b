import type { PreparedModel } from '../../families/model-family.js';
import type { KeyTermList } from '../../terms/key-term-list.js';
import type { JobPhases, RecognitionJob, RecognitionResult } from './recognition-job.js';
import type { AudioPiece } from './stream-audio.js';

/** From the server to an inference process. */
export type ToWorker =
  | {
      readonly type: 'load';
      readonly model: PreparedModel;
      readonly lexicon: boolean;
      readonly lexiconContext: boolean;
      /** Where the index of the lexicon is kept. */
      readonly cacheDirectory: string;
    }
  | { readonly type: 'terms'; readonly list: KeyTermList }
  | { readonly type: 'forget-terms'; readonly name: string }
  | { readonly type: 'audio'; readonly piece: AudioPiece }
  | { readonly type: 'forget-audio'; readonly stream: string }
  | { readonly type: 'job'; readonly job: RecognitionJob }
  | { readonly type: 'cancel'; readonly id: number }
  | { readonly type: 'promote'; readonly id: number }
  /** The process does nothing until it is told to go on, so that another gets its processor time. */
  | { readonly type: 'pause' }
  | { readonly type: 'go-on' }
  | { readonly type: 'forget'; readonly window: string }
  | { readonly type: 'ping' };

/** What an inference process that others supervise is sent for its jobs. */
export type ToHosted = Exclude<ToWorker, { readonly type: 'load' | 'ping' }>;

/** From an inference process to the server. */
export type FromWorker =
  | { readonly type: 'ready'; readonly residentBytes: number }
  | { readonly type: 'load-failed'; readonly message: string }
  | {
      readonly type: 'result';
      readonly id: number;
      readonly result: RecognitionResult;
      readonly runSeconds: number;
      readonly phases: JobPhases;
      readonly residentBytes: number;
    }
  /** Audio of a job is missing: the job is not done unless it is sent again after all of its audio. */
  | { readonly type: 'audio-missing'; readonly id: number }
  | { readonly type: 'pong'; readonly residentBytes: number };
