import type { SpeechErrorCode } from '../../speech-error.js';

/**
 * What a decoder asks and tells, as types of frames. The server answers each by a frame of the type `ANSWER` and the same
 * id, as soon as it can: a decoder goes on when it is answered, so that nothing piles up anywhere. The decoder is not
 * trusted: what it says is checked, and no more of it is waited for than {@link MOST_QUESTIONS}.
 */
export const questions = {
  /** The modules are loaded. Answered by how and what to decode, {@link DecodingTask}. */
  ready: 1,
  /** Bytes of the recording from a place up to another, `ReadRange`, or the next of a stream. Answered by them; none at the end. */
  read: 2,
  /** The first sound is there, `OpenedRecording`. Answered when somebody wants it. */
  opened: 3,
  /** Samples. Answered when there is room for more. */
  sound: 4,
  /** All sound was told: what is wrong with the recording, `DecodingEnd`. Not answered. */
  done: 5,
  /** It cannot be decoded, `DecodingFailure`. Not answered. */
  failed: 6,
  /** A program of ffmpeg is needed, `FfmpegQuestion`. Answered by one byte: whether there is one. */
  ffmpeg: 7,
  /** Bytes for its input; none at their end. Answered when there is room for more. */
  feed: 8,
  /** What it has written. Answered by bytes; by none at the end. */
  take: 9,
  /** How it ended. Answered by `FfmpegEnd`. */
  ended: 10,
  /** It is to be ended. Answered at once. */
  kill: 11,
} as const;

/** The type of all that the server says. */
export const ANSWER = 0;

/** Questions that wait for their answer at a time: some for each track. */
export const MOST_QUESTIONS = 64;

/** Bytes of the recording that are asked for at a time, and of what goes through ffmpeg. */
export const PIECE_BYTES = 65_536;

/** Samples of sound that are handed over at a time: four seconds. */
export const MOST_SAMPLES = 65_536;

/** What a decoder is to do. */
export interface DecodingTask {
  readonly name: string;
  /** Bytes of what can be read at any place; undefined for a stream. */
  readonly size: number | undefined;
  readonly track: number | undefined;
  readonly maxSeconds: number | undefined;
}

/** What is wrong with a recording may be said in these codes. */
export const FAILURE_CODES = [
  'unreadable_audio',
  'unsupported_audio',
  'sample_rate_out_of_range',
  'recording_too_long',
  'out_of_memory',
  'decoder_failed',
] as const satisfies readonly SpeechErrorCode[];
