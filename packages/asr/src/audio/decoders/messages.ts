import type { SpeechErrorCode } from '../../speech-error.js';

/**
 * What a decoder asks and tells, as types of frames. The server answers each with a frame of the type `ANSWER` and
 * the same id, as soon as it can; the decoder goes on once it is answered, so that nothing piles up anywhere. The
 * decoder is not trusted: its messages are checked, and no more than {@link MOST_QUESTIONS} may be open at a time.
 */
export const questions = {
  /** The modules are loaded. Answered by what to decode and how, {@link DecodingTask}. */
  ready: 1,
  /**
   * Asks for a range of the recording, `ReadRange`, or for the next bytes of a stream. Answered by the bytes; none at
   * the end.
   */
  read: 2,
  /** The first sound is there, `OpenedRecording`. Answered when somebody wants to hear it. Not told of what is live. */
  opened: 3,
  /** Samples. Answered when there is room for more. */
  sound: 4,
  /** All sound was sent; tells what is wrong with the recording, `DecodingEnd`. Not answered. */
  done: 5,
  /** It cannot be decoded, `DecodingFailure`. Not answered. */
  failed: 6,
  /** A program of ffmpeg is needed, `FfmpegQuestion`. Answered by one byte: whether it is installed. */
  ffmpeg: 7,
  /** Bytes for the program's input; none at their end. Answered when there is room for more. */
  feed: 8,
  /** Asks for the program's output. Answered by bytes; by none at the end. */
  take: 9,
  /** Asks how the program ended. Answered by `FfmpegEnd`. */
  ended: 10,
  /** Asks to end the program. Answered at once. */
  kill: 11,
} as const;

/** The type of all frames of the server. */
export const ANSWER = 0;

/** The most questions that wait for their answers at a time: a few for each track. */
export const MOST_QUESTIONS = 64;

/** Bytes that are asked for at a time, of the recording and of what goes through ffmpeg. */
export const PIECE_BYTES = 65_536;

/** The most samples that are handed over at a time: four seconds. */
export const MOST_SAMPLES = 65_536;

/** What a decoder is to do. */
export interface DecodingTask {
  readonly name: string;
  /** Size of a recording that can be read at any place, bytes; undefined for a stream. */
  readonly size: number | undefined;
  readonly track: number | undefined;
  readonly channel: number | undefined;
  readonly maxSeconds: number | undefined;
  /** Present if the recording is decoded while it is made. */
  readonly live: LiveTask | undefined;
}

/** What comes live, and what is wanted of it. */
export interface LiveTask {
  /** `opus`: each answer to `read` is one packet. */
  readonly kind: 'container' | 'opus';
  /** How many channels are heard: all of them mixed, or two by themselves. Samples are sent one channel after the other. */
  readonly channels: 1 | 2;
}

/** What a live recording is called in messages. */
export const LIVE_NAME = 'The recording';

/** The codes in which a decoder may report what is wrong with a recording. */
export const FAILURE_CODES = [
  'unreadable_audio',
  'unsupported_audio',
  'container_unknown',
  'container_broken',
  'sample_rate_out_of_range',
  'recording_too_long',
  'out_of_memory',
  'decoder_failed',
] as const satisfies readonly SpeechErrorCode[];
