import type { RecordingFile } from './recording-file.js';

/** What a program of ffmpeg is started for. A recording decides about none of its options but these. */
export type FfmpegJob =
  /** To list the tracks, in JSON. */
  | { readonly program: 'ffprobe' }
  /** To decode a track to Matroska with 16-bit samples at 16 kHz. */
  | {
      readonly program: 'ffmpeg';
      /** The number of a stream among all of them, or `first` for the first one with sound. */
      readonly track: number | 'first';
      readonly channels: number;
      /** Whether it should also list the tracks of its input. */
      readonly tellsTracks: boolean;
    };

/** Where ffmpeg gets a recording from. */
export type FfmpegInput =
  /** A file on disk that holds nothing but the recording: MP4 is read from its end. */
  | { readonly type: 'path'; readonly path: string }
  /** What can be read repeatedly, but only by this process. */
  | { readonly type: 'stored'; readonly file: RecordingFile }
  /** What comes once. */
  | { readonly type: 'stream'; readonly bytes: () => AsyncIterable<Uint8Array> };

/** A running ffmpeg or ffprobe. */
export interface FfmpegProcess {
  /** Undefined where another process has started it. */
  readonly pid?: number | undefined;
  /** What it writes. Can be read once. */
  readonly output: AsyncIterable<Uint8Array>;
  readonly ended: Promise<FfmpegEnd>;
  readonly kill: () => void;
}

/** What is known of a program that has ended. */
export interface FfmpegEnd {
  readonly exitCode: number | null;
  /** Lines about what could not be read, without those that are harmless. */
  readonly complaints: number;
  /** Tracks of sound that it has listed; 0 where it was not asked to. */
  readonly tracks: number;
}

/** Starts a program of ffmpeg. Throws `FfmpegMissingError`. */
export type StartFfmpeg = (job: FfmpegJob, input: FfmpegInput) => Promise<FfmpegProcess>;

/** The program is not there, or may not be started. */
export class FfmpegMissingError extends Error {
  override readonly name = 'FfmpegMissingError';
}
