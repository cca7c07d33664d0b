import { SAMPLE_RATE, type StreamContext, type WritingState } from '@auscult/asr';
import type { SavedDirectory } from '../speakers/speaker-directory.js';
import type { FinalEvent } from './events.js';
import type { ReceivedAudio } from './session-snapshot.js';

/** How far a session had come in the process that held it before. */
export interface SessionPast {
  /** What was taken, as its client counts it: everything up to the end of the audio in `channels`. */
  readonly received: ReceivedAudio;
  readonly channels: readonly PastChannel[];
  readonly told: PastTotals;
  /** All finals in the record, oldest first, with their places in it as their indices. */
  readonly finals: readonly FinalEvent[];
  readonly speakers: PastSpeakers | undefined;
  /** To be called once all of its audio is kept here, and need not be kept where it was. */
  readonly onKept: () => Promise<void>;
}

/** How far a channel had come. */
export interface PastChannel {
  /** The `sequence` of its next final. */
  readonly finals: number;
  /** What the writing of its next final depends on. */
  readonly writing: WritingState;
  /** What was said lately, on the clock of the session. */
  readonly context: StreamContext;
  /** The first sample that is not final yet, at 16 kHz from the first of the session. */
  readonly from: number;
  /** The first sample of `audio`: what comes before `from` is there only for the context. */
  readonly audioFrom: number;
  /** All samples from there on that were taken; silence in place of those that are missing. */
  readonly audio: Int16Array;
}

/** Totals of what was sent. */
interface PastTotals {
  readonly finals: number;
  readonly words: number;
  /** Audio that will have no text, seconds. */
  readonly lostSeconds: number;
  readonly speechSeconds: number;
}

/** Who was known. */
interface PastSpeakers {
  readonly directory: SavedDirectory;
  readonly voices: Uint8Array | undefined;
}

/** Where the audio of a session begins that is heard once more, seconds on its clock. */
export function secondsBefore({ channels }: SessionPast): number {
  return Math.min(...channels.map(({ audioFrom }) => audioFrom)) / SAMPLE_RATE;
}
