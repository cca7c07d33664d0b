import { MOST_CHANNELS } from './container.js';
import { gather } from './file-cursor.js';
import type { FfmpegInput, StartFfmpeg } from './ffmpeg-job.js';

/** What ffprobe finds in a recording. */
export interface Probed {
  /** ffmpeg's own name for the container, such as `mov,mp4,m4a,3gp,3g2,mj2`; undefined if it does not know it. */
  readonly format: string | undefined;
  readonly tracks: readonly AudioTrack[];
  /** Whether there is a video, and not just a still picture. */
  readonly hasVideo: boolean;
  /** When the first picture or sound begins on the container's clock, seconds; undefined if that is unknown. */
  readonly startSeconds: number | undefined;
  /** Length of the container as its header states it, seconds; undefined if it does not. */
  readonly declaredSeconds: number | undefined;
}

/** A track of sound. */
interface AudioTrack {
  /** Its number among all tracks of the recording, from 0. */
  readonly index: number;
  readonly channels: number;
}

/** Asks ffprobe. Throws `FfmpegMissingError`. */
export async function probe(startFfmpeg: StartFfmpeg, input: FfmpegInput): Promise<Probed> {
  const ffprobe = await startFfmpeg({ program: 'ffprobe' }, input);
  try {
    const answer = await gather(atMost(MOST_ANSWER_BYTES, ffprobe.output));
    await ffprobe.ended;
    return parseAnswer(JSON.parse(answer.toString() || '{}') as Answer);
  } finally {
    ffprobe.kill();
  }
}

/** A track takes a few hundred bytes of an answer; nobody records a file with thousands of tracks. */
const MOST_ANSWER_BYTES = 256 * 1024;

/** Passes on at most this many bytes; nothing at all if there are more. */
async function* atMost(bytes: number, pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  let left = bytes;
  const kept: Uint8Array[] = [];
  for await (const piece of pieces) {
    left -= piece.length;
    if (left < 0) return;
    kept.push(piece);
  }
  yield* kept;
}

/** The part of ffprobe's answer that was asked for. */
interface Answer {
  readonly format?: {
    readonly format_name?: string;
    readonly start_time?: string;
    readonly duration?: string;
  };
  readonly streams?: readonly {
    readonly index: number;
    readonly codec_type?: string;
    readonly channels?: number;
    readonly disposition?: { readonly attached_pic?: number };
  }[];
}

function parseAnswer({ format, streams = [] }: Answer): Probed {
  const [start, seconds] = [Number(format?.start_time), Number(format?.duration)];
  return {
    format: format?.format_name,
    tracks: streams
      .filter(({ codec_type: type }) => type === 'audio')
      .map(({ index, channels = 1 }) => ({
        index,
        channels: Math.min(MOST_CHANNELS, Math.max(1, channels)),
      })),
    hasVideo: streams.some(
      ({ codec_type: type, disposition }) => type === 'video' && disposition?.attached_pic !== 1,
    ),
    startSeconds: Number.isFinite(start) ? start : undefined,
    declaredSeconds: Number.isFinite(seconds) && seconds > 0 ? seconds : undefined,
  };
}
