import type { RecordingFile } from './recording-file.js';

/** What a program of ffmpeg is to do. All of its other options are the same for every recording. */
export type FfmpegJob =
  /** To list the tracks, in JSON. */
  | { readonly program: 'ffprobe' }
  /** To decode the first track with sound to 16-bit samples at 16 kHz without a container, as soon as its bytes come. */
  | { readonly program: 'ffmpeg'; readonly live: { readonly channels: number } }
  /** To decode a track to Matroska with 16-bit samples at 16 kHz. */
  | {
      readonly program: 'ffmpeg';
      readonly live?: undefined;
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
  /** A recording that can be read repeatedly, but only by this process. */
  | { readonly type: 'stored'; readonly file: RecordingFile }
  /** A recording that comes once. */
  | { readonly type: 'stream'; readonly bytes: () => AsyncIterable<Uint8Array> };

/** A running ffmpeg or ffprobe. */
export interface FfmpegProcess {
  /** Undefined if another process has started it. */
  readonly pid?: number | undefined;
  /** Its output, which can be read once. */
  readonly output: AsyncIterable<Uint8Array>;
  readonly ended: Promise<FfmpegEnd>;
  readonly kill: () => void;
}

/** How a program has ended. */
export interface FfmpegEnd {
  readonly exitCode: number | null;
  /** Lines about what could not be read, without those that are harmless. */
  readonly complaints: number;
  /** Tracks of sound that it has listed; 0 if it was not asked to list any. */
  readonly tracks: number;
}

/** Starts a program of ffmpeg. Throws `FfmpegMissingError`. */
export type StartFfmpeg = (job: FfmpegJob, input: FfmpegInput) => Promise<FfmpegProcess>;

/** The program is not there, or may not be started. */
export class FfmpegMissingError extends Error {
  override readonly name = 'FfmpegMissingError';
}
