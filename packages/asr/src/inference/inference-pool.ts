import type { KeyTermList } from '../terms/key-term-list.js';
import type { JobPriority, RecognitionJob, RecognitionResult } from './messages/recognition-job.js';

/**
 * Recognises speech: takes jobs, decides whose turn it is, and retries failed jobs elsewhere. Streams need
 * not know where that happens, or how many workers there are.
 */
export interface InferencePool {
  /** Takes a job; `owner` is told its outcome once, unless it is cancelled. */
  submit(request: RecognitionRequest, owner: JobOwner): SubmittedJob;
  /** Frees what is kept for jobs that will not come. */
  forget(kept: KeptForLater): void;
  /** The current status; with a `share`, figures of finals are those of that share, or what they would be. */
  status(share?: Share): PoolStatus;
  /** Ends all work; owners are not told of dropped jobs. */
  close(): Promise<void>;
}

/** Whose work something is, from the widest to the narrowest, such as a tenant and somebody in it. */
export type Share = readonly string[];

/** What to recognise, and how urgently: values that can be sent anywhere. */
export interface RecognitionRequest extends Omit<RecognitionJob, 'id' | 'termLists' | 'priority'> {
  readonly priority: JobPriority;
  /** Jobs of one stream go to the worker that did the last, which keeps its audio and encoder state, if it is free. */
  readonly stream: string;
  /** The share it counts against: those that want more than there is get equal amounts. */
  readonly share: Share;
  /** How long before it would have been spoken the audio was there, seconds; 0 for whoever speaks in real time. */
  readonly aheadSeconds: number;
  /** Terms that are more likely than the model assumes. */
  readonly keyTerms: KeyTermList | undefined;
  /** Whether terms of the lexicon are looked for. */
  readonly lexicon: boolean;
  /** Audio of the utterance that no hypothesis covers, seconds. */
  readonly unheardSeconds: number;
  /** A waiting partial with the same name is replaced by this one. */
  readonly replaces?: string | undefined;
}

/** Whoever wants the result of a job. */
export interface JobOwner {
  /**
   * Gives the stream's audio, 16 kHz, from its sample `from` to the end of the job's. Called when a worker
   * takes the job, for what that worker lacks, since most partials are replaced before. All of the job's
   * audio may be requested until it is over.
   */
  readonly audio: (from: number) => Int16Array;
  readonly onResult: (result: RecognitionResult) => void;
  readonly onLost: (loss: JobLoss) => void;
}

/** Why a job has no result. */
export type JobLoss =
  /** A newer partial of the same utterance took its place. */
  | { readonly reason: 'replaced' }
  /** The worker of a partial ended, and it was not tried again. */
  | { readonly reason: 'interrupted' }
  /** All attempts have failed. */
  | { readonly reason: 'failed'; readonly attempts: number };

/** A job on its way. */
export interface SubmittedJob {
  /** Whether a worker has it. */
  readonly started: boolean;
  /** Drops it; its owner is told nothing. */
  cancel(): void;
  /** Makes a partial urgent as a final, and as sure to come. */
  promote(): void;
}

/** What workers keep so that later jobs are quicker. */
export type KeptForLater =
  /** The encoding of a window that no job will continue. */
  | { readonly window: string }
  /** A list of terms that no stream uses any more, by its name. */
  | { readonly termList: string }
  /** The place and the audio of a stream that has ended. */
  | { readonly stream: string };

/** How busy a pool is. */
export interface PoolStatus {
  /** Whether any worker takes jobs. */
  readonly ready: boolean;
  /** Whether a worker has nothing to do but background jobs. */
  readonly idle: boolean;
  /** Jobs that no worker has, without those in the background. */
  readonly waiting: { readonly finals: number; readonly partials: number };
  /** How long the oldest final not yet delivered has been waiting, or the recent p95 where larger, seconds. */
  readonly finalDelaySeconds: number;
}
