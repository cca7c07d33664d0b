import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { SAMPLE_RATE } from '../clips/sound.js';
import type { Track } from './track.js';

/** How a track is sent otherwise than as samples at 16 kHz: as a telephone does, or as the recorder of a browser. */
export type TrackEncoding = 'mulaw' | 'webm';

/** All ways, for flags. */
export const trackEncodings: readonly TrackEncoding[] = ['mulaw', 'webm'];

/** What `configure` says about such audio. */
export const encodedAudio: Readonly<Record<TrackEncoding, { encoding: string; sampleRate?: number }>> = {
  mulaw: { encoding: 'mulaw', sampleRate: 8_000 },
  webm: { encoding: 'container' },
};

/** An encoded track, and how much of it is in each frame. */
interface EncodedFrames {
  readonly frames: readonly Buffer[];
  readonly frameSeconds: number;
}

/** Encodes a track with ffmpeg, whose absence throws. Frames of WebM are a quarter of a second long, as recorders write them. */
export async function encodeTrack(
  track: Track,
  encoding: TrackEncoding,
  frameSeconds: number,
): Promise<EncodedFrames> {
  const bytes = await convert(track, OUTPUT[encoding]);
  if (encoding === 'mulaw')
    return { frames: cutEvenly(bytes, Math.round(8_000 * frameSeconds)), frameSeconds };
  const frames = cutBeforeClusters(bytes);
  // How many packets a cluster takes is up to ffmpeg, and any other pace would look like a delay.
  return { frames, frameSeconds: track.seconds / frames.length };
}

/** The longest cluster, seconds: as much as a recorder gives out at a time. */
const CLUSTER_SECONDS = 0.24;

const OUTPUT: Readonly<Record<TrackEncoding, readonly string[]>> = {
  mulaw: ['-ar', '8000', '-f', 'mulaw'],
  webm: [
    ...['-ar', '48000', '-c:a', 'libopus', '-b:a', '24k', '-frame_duration', '20'],
    // A block that would make it longer begins another cluster.
    ...['-cluster_time_limit', `${CLUSTER_SECONDS * 1000 - 1}`, '-live', '1', '-f', 'webm'],
  ],
};

async function convert(track: Track, output: readonly string[]): Promise<Buffer> {
  const input = ['-f', 's16le', '-ar', `${SAMPLE_RATE}`, '-ac', '1', '-i', 'pipe:0'];
  const ffmpeg = spawn('ffmpeg', ['-v', 'error', ...input, ...output, 'pipe:1'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const encoded = buffer(ffmpeg.stdout);
  const spawned = once(ffmpeg, 'spawn');
  ffmpeg.stdin.end(
    Buffer.concat(
      track.parts.map(({ sound: { pcm } }) => Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength)),
    ),
  );
  await spawned;
  return encoded;
}

function cutEvenly(bytes: Buffer, size: number): readonly Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
}

const CLUSTER = Buffer.from('1f43b675', 'hex');

/** The first frame has the header and the first cluster. */
function cutBeforeClusters(webm: Buffer): readonly Buffer[] {
  const starts: number[] = [];
  for (let at = webm.indexOf(CLUSTER); at >= 0; at = webm.indexOf(CLUSTER, at + 1)) starts.push(at);
  return starts.map((start, index) =>
    webm.subarray(index === 0 ? 0 : start, starts[index + 1] ?? webm.length),
  );
}
