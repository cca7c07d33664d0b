import { shareOf } from '../access/identity.js';
import type { RecordingSource } from './recording-source.js';
import type { Transcription, TranscriptionOrder } from './transcription.js';

/** A transcription, and what it needs until it has ended. */
export interface Job {
  readonly state: Mutable<Transcription>;
  /** The share whose turn it takes. */
  readonly share: readonly string[];
  /** How much of that share it is expected to take, seconds of audio. */
  readonly cost: number;
  /** Whether it begins at once, see `TranscriptionOrder`. */
  readonly isUrgent: boolean;
  /** Released at the end, since it retains the session that ordered it. */
  work: Work | undefined;
  /** Resolves when it has ended and its source is released. */
  released: Promise<void>;
}

/** What to do, and with which source. */
export interface Work {
  readonly source: RecordingSource;
  readonly order: TranscriptionOrder;
  readonly abort: AbortController;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** The assumed length of a recording of unknown length, seconds. */
const UNKNOWN_SECONDS = 600;

/** A job that waits. */
export function createJob(source: RecordingSource, order: TranscriptionOrder): Job {
  return {
    state: {
      id: order.id,
      ownership: order.ownership,
      origin: source.origin,
      sessionId: source.sessionId,
      status: 'queued',
      progress: 0,
      audioSeconds: source.audioSeconds,
      model: order.recognizer.model.name,
      language: order.settings.language,
      task: order.settings.task,
      words: order.settings.words,
      damaged: false,
      dropped: 0,
      createdAt: new Date(),
      startedAt: undefined,
      endedAt: undefined,
      expiresAt: undefined,
      error: undefined,
      transcript: undefined,
    },
    share: shareOf(order.ownership),
    cost: (source.audioSeconds ?? UNKNOWN_SECONDS) * order.settings.hearings,
    isUrgent: order.isUrgent === true,
    work: { source, order, abort: new AbortController() },
    released: Promise.resolve(),
  };
}
