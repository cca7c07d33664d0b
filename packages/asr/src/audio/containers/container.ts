import type { ByteSource } from '../byte-source.js';
import type { StartFfmpeg } from './ffmpeg-job.js';
import type { RecordingFile } from './recording-file.js';

/** A recording before its container is known. */
export interface RecordingInput {
  /** Its name in messages: the path as given, or `standard input`. */
  readonly name: string;
  readonly bytes: ByteSource;
  /** Present if it can be read at any place. */
  readonly file?: RecordingFile;
  /**
   * Whether it is recorded while it is read: nothing is then decoded later than its bytes allow, and after damage, nothing
   * more.
   */
  readonly isLive?: boolean;
  /** Starts ffmpeg, for recordings that only ffmpeg decodes. */
  readonly startFfmpeg: StartFfmpeg;
}

/** Decoded audio, at the rate and with the channels of its container. */
export interface DecodedBlock {
  /** One array per channel, all of the same length, samples within about -1 to 1. */
  readonly channels: readonly Float32Array[];
  /** How many channels each track has, if there are several tracks. */
  readonly tracks?: readonly number[];
  /** Samples a second. May change from block to block if the container allows it. */
  readonly sampleRate: number;
}

/** An opened container. */
export interface DecodedAudio {
  /** The length that the header states; undefined if it states none. */
  readonly durationSeconds: number | undefined;
  /**
   * Blocks, each short enough to be decoded in a few milliseconds. Returns what is wrong with the recording, as the
   * end of a sentence that begins with its name, or undefined if it is whole.
   */
  readonly blocks: AsyncGenerator<DecodedBlock, string | undefined>;
}

/** Opens one kind of container. Throws `SpeechError`. */
export type OpenContainer = (input: RecordingInput) => Promise<DecodedAudio>;

/**
 * Encoded bytes decoded at a time. At 16 kbit/s, about the lowest rate at which speech is stored, they hold one
 * second, which takes the slowest of the decoders less than 10 ms.
 */
export const ENCODED_BLOCK_BYTES = 2_048;

/**
 * The most channels of a track. Nobody records a conversation with more, and each costs memory and time, however few
 * bytes claim that it exists.
 */
export const MOST_CHANNELS = 64;
