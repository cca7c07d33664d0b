import type { RecordingOptions } from '../../src/audio/decode-recording.js';
import { openRecording, type StoredRecording } from '../../src/audio/recording.js';

/** A decoded recording: its samples at 16 kHz, and the message about its damage. */
export interface Decoded {
  readonly samples: Float32Array;
  readonly damage: string | undefined;
}

/** Decodes all of it. */
export async function decodeAll(
  source: string | Uint8Array,
  options: Omit<RecordingOptions, 'onDamage'> = {},
): Promise<Decoded> {
  let damage: string | undefined;
  const recording = await openRecording(typeof source === 'string' ? source : stored(source), {
    name: 'The visit',
    ...options,
    onDamage: (error) => (damage = error.message),
  });
  const chunks: Float32Array[] = [];
  for await (const chunk of recording.chunks()) chunks.push(chunk);
  const samples = new Float32Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    samples.set(chunk, at);
    at += chunk.length;
  }
  return { samples, damage };
}

/** Bytes that only this process can read, as an upload is. */
export function stored(bytes: Uint8Array): StoredRecording {
  return {
    size: bytes.length,
    read: async function* (start, end) {
      for (let at = start; at < Math.min(end, bytes.length); at += 10_000) {
        yield await Promise.resolve(bytes.subarray(at, Math.min(end, at + 10_000)));
      }
    },
  };
}

/** All places at which `part` is heard in `whole`, because their levels match, seconds, to 10 ms. */
export function placesOf(part: Float32Array, whole: Float32Array): readonly number[] {
  const [wanted, levels] = [levelsOf(part), levelsOf(whole)];
  const places: { frame: number; likeness: number }[] = [];
  for (let frame = 0; frame + wanted.length <= levels.length; frame++) {
    const likeness = correlation(wanted, levels.subarray(frame, frame + wanted.length));
    const last = places.at(-1);
    if (likeness < 0.8) continue;
    if (last === undefined || frame - last.frame > FRAMES_A_SECOND / 2) places.push({ frame, likeness });
    else if (likeness > last.likeness) Object.assign(last, { frame, likeness });
  }
  return places.map(({ frame }) => frame / FRAMES_A_SECOND);
}

const FRAMES_A_SECOND = 100;

function levelsOf(samples: Float32Array): Float32Array {
  const length = 16_000 / FRAMES_A_SECOND;
  return Float32Array.from({ length: Math.floor(samples.length / length) }, (_, frame) =>
    samples.subarray(frame * length, (frame + 1) * length).reduce((sum, sample) => sum + Math.abs(sample), 0),
  );
}

function correlation(a: Float32Array, b: Float32Array): number {
  const [meanA, meanB] = [a, b].map(
    (values) => values.reduce((sum, value) => sum + value, 0) / values.length,
  );
  let [product, powerA, powerB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [(a[i] ?? 0) - (meanA ?? 0), (b[i] ?? 0) - (meanB ?? 0)];
    product += x * y;
    powerA += x * x;
    powerB += y * y;
  }
  return powerA * powerB > 0 ? product / Math.sqrt(powerA * powerB) : 0;
}
