import type { KeyTermList } from '../terms/key-term-list.js';
import type {
  JobPhases,
  JobPriority,
  RecognitionJob,
  RecognitionResult,
} from './messages/recognition-job.js';

/**
 * Recognises speech: takes jobs, decides whose turn it is, and retries failed jobs elsewhere. Streams need
 * not know where that happens, or how many workers there are.
 */
export interface InferencePool {
  /** Takes a job; `owner` is told its outcome once, unless it is cancelled. */
  submit(request: RecognitionRequest, owner: JobOwner): SubmittedJob;
  /** Frees what is kept for jobs that will not come. */
  forget(kept: KeptForLater): void;
  /**
   * The current status. With a `share`, the delay of finals is that of the share's own finals, or the one to expect if it
   * has had none.
   */
  status(share?: Share): PoolStatus;
  /** Ends all work; owners are not told of dropped jobs. */
  close(): Promise<void>;
}

/** Whose work a job is, as a path from the widest group to the narrowest, such as a tenant and one of its users. */
export type Share = readonly string[];

/** What to recognise, and how urgently: values that can be sent anywhere. */
export interface RecognitionRequest extends Omit<RecognitionJob, 'id' | 'termLists' | 'priority'> {
  readonly priority: JobPriority;
  /**
   * The stream that the job is part of. Its jobs go to the worker that did the last one, if that worker is free, as it keeps
   * the audio and the encoder state.
   */
  readonly stream: string;
  /** The share that the job counts against. Shares that want more time than there is get equal amounts. */
  readonly share: Share;
  /** How much earlier the audio came than it would have been spoken, seconds; 0 for audio in real time. */
  readonly aheadSeconds: number;
  /** Terms that are more likely than the model assumes. */
  readonly keyTerms: KeyTermList | undefined;
  /** Whether terms of the lexicon are looked for. */
  readonly lexicon: boolean;
  /** Length of the utterance's audio that no hypothesis covers yet, seconds. */
  readonly unheardSeconds: number;
  /** A waiting partial with the same name is replaced by this one. */
  readonly replaces?: string | undefined;
}

/** Whoever wants the result of a job. */
export interface JobOwner {
  /**
   * Gives the stream's audio, 16 kHz, from its sample `from` to the end of the job's audio. Called only when a worker takes
   * the job, since most partials are replaced before that, and only for the audio that the worker lacks. All of the job's
   * audio may be asked for until the job is over.
   */
  readonly audio: (from: number) => Int16Array;
  /** `times`: when it was done, if the pool tells. */
  readonly onResult: (result: RecognitionResult, times?: JobTimes) => void;
  readonly onLost: (loss: JobLoss) => void;
}

/** When a job was done, in milliseconds of `performance.now()`, and by whom. */
export interface JobTimes {
  readonly submittedAt: number;
  readonly doneAt: number;
  /** How long the worker took of that, seconds; the rest of the time, the job waited. */
  readonly runSeconds: number;
  /** What the worker spent on the parts of it; undefined if it does not say. */
  readonly phases: JobPhases | undefined;
  /** Number of the worker. */
  readonly worker: number;
  /** 1 if no worker has failed with it. */
  readonly attempts: number;
}

/** Why a job has no result. */
export type JobLoss =
  /** A newer partial of the same utterance took its place. */
  | { readonly reason: 'replaced' }
  /** The job was a partial, which is not tried again when its worker ends. */
  | { readonly reason: 'interrupted' }
  /** All attempts have failed. */
  | { readonly reason: 'failed'; readonly attempts: number };

/** A job on its way. */
export interface SubmittedJob {
  /** Whether a worker has it. */
  readonly started: boolean;
  /** Drops it; its owner is told nothing. */
  cancel(): void;
  /** Makes a partial as urgent as a final; it is then also tried again like one. */
  promote(): void;
}

/** What workers keep so that later jobs are quicker. */
export type KeptForLater =
  /** The encoding of a window that no job will continue. */
  | { readonly window: string }
  /** A list of terms that no stream uses any more, by its name. */
  | { readonly termList: string }
  /** The audio of a stream that has ended, and which worker did its jobs. */
  | { readonly stream: string };

/** How busy a pool is. */
export interface PoolStatus {
  /** Whether any worker takes jobs. */
  readonly ready: boolean;
  /** Whether some worker has no job that anybody waits for now. */
  readonly idle: boolean;
  /** Jobs that no worker has yet, without background jobs. */
  readonly waiting: { readonly finals: number; readonly partials: number };
  /** How long the oldest final not yet delivered has waited, or the recent 95th percentile if that is longer, seconds. */
  readonly finalDelaySeconds: number;
  /**
   * How long a final of the share waits until a worker begins it, seconds: the third quartile of the last half minute, or
   * how long the oldest has waited that waits now if that is longer.
   */
  readonly finalWaitSeconds: number;
}
