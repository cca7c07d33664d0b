import type { ByteSource } from '../byte-source.js';
import type { StartFfmpeg } from './ffmpeg-job.js';
import type { RecordingFile } from './recording-file.js';

/** A recording before its container is known. */
export interface RecordingInput {
  /** What messages call it: the path as given, or `standard input`. */
  readonly name: string;
  readonly bytes: ByteSource;
  /** Present for what can be read at any place. */
  readonly file?: RecordingFile;
  /** How what only ffmpeg decodes gets to it. */
  readonly startFfmpeg: StartFfmpeg;
}

/** Audio as its container holds it. */
export interface DecodedBlock {
  /** One array a channel, all of the same length, samples within about -1 to 1. */
  readonly channels: readonly Float32Array[];
  /** How many of them each track has, where there are several tracks. */
  readonly tracks?: readonly number[];
  /** Samples a second. May change from block to block where the container allows it. */
  readonly sampleRate: number;
}

/** An opened container. */
export interface DecodedAudio {
  /** What the header says; undefined where it says nothing. */
  readonly durationSeconds: number | undefined;
  /**
   * Blocks short enough to decode in a few milliseconds each. Returns what is wrong with the recording, as
   * the end of a sentence that begins with its name, or undefined for one that is whole.
   */
  readonly blocks: AsyncGenerator<DecodedBlock, string | undefined>;
}

/** Opens one kind of container. Throws `SpeechError`. */
export type OpenContainer = (input: RecordingInput) => Promise<DecodedAudio>;

/**
 * Encoded bytes decoded at a time. At 16 kbit/s, about the least that speech is stored at, they hold one
 * second, which the slowest of the decoders needs less than 10 ms for.
 */
export const ENCODED_BLOCK_BYTES = 2_048;

/** Channels of a track. Nobody records a talk with more, and each takes memory and time however few bytes claim it. */
export const MOST_CHANNELS = 64;
