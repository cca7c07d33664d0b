import { createByteSource } from '../../src/audio/byte-source.js';
import { startFfmpeg } from '../../src/audio/containers/ffmpeg-process.js';
import { loadResampling } from '../../src/audio/resample.js';
import { hearStream, type HeardChannels } from '../../src/audio/streaming/hear-stream.js';
import { decodeStream } from '../../src/audio/streaming/open-stream.js';

/** What was heard of a recording while it came. */
export interface HeardLive {
  /** One array for each channel, at 16 kHz. */
  readonly sound: readonly Float32Array[];
  /** Samples that had been heard when each further piece was asked for. */
  readonly heardBefore: readonly number[];
  /** What ended it, if not its end. */
  readonly error: unknown;
}

/** Hears a recording that comes in these pieces. */
export async function hearLive(
  pieces: Iterable<Uint8Array>,
  channels: HeardChannels = 1,
): Promise<HeardLive> {
  const blocks: (readonly Float32Array[])[] = [];
  const heardBefore: number[] = [];
  const iterator = pieces[Symbol.iterator]();
  let heard = 0;
  let error: unknown;
  const bytes = createByteSource(() => {
    heardBefore.push(heard);
    const next = iterator.next();
    return Promise.resolve(next.done === true ? undefined : next.value);
  });
  const decoded = decodeStream({ name: 'The recording', bytes, startFfmpeg, isLive: true });
  try {
    for await (const sound of hearStream('The recording', decoded, channels, await loadResampling())) {
      blocks.push(sound);
      heard += sound[0]?.length ?? 0;
    }
  } catch (thrown) {
    error = thrown;
  }
  return {
    sound: Array.from({ length: channels }, (_, channel) => join(blocks, channel)),
    heardBefore,
    error,
  };
}

function join(blocks: readonly (readonly Float32Array[])[], channel: number): Float32Array {
  const parts = blocks.map((block) => block[channel] ?? new Float32Array(0));
  const whole = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Cuts bytes at these places, in whatever order they are. */
export function cutAt(bytes: Uint8Array, places: readonly number[]): readonly Uint8Array[] {
  const sorted = [0, ...places.filter((at) => at < bytes.length).sort((a, b) => a - b), bytes.length];
  return sorted.slice(1).map((end, index) => bytes.subarray(sorted[index], end));
}

/** Cuts bytes into pieces of `size`. */
export function inPiecesOf(bytes: Uint8Array, size: number): readonly Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
}
