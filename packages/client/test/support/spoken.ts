import { loadSpeech } from '../../../server/test/support/speech.js';

/** A clip of real speech with a second of silence behind it, 16 kHz. */
export async function spoken(id: string): Promise<{ readonly samples: Int16Array; readonly text: string }> {
  const { pcm, text } = await loadSpeech(id);
  return { samples: new Int16Array(pcm.buffer, pcm.byteOffset, pcm.length / 2), text };
}

/** Gives samples in chunks of so many, at once. */
export async function* inChunks<Samples extends Int16Array | Float32Array>(
  samples: Samples,
  length: number,
): AsyncGenerator<Samples> {
  for (let at = 0; at < samples.length; at += length) {
    await Promise.resolve();
    yield samples.subarray(at, at + length) as Samples;
  }
}

/** The same sound at another rate, as floats: a straight line between the samples is good enough for a listener. */
export function atRate(samples: Int16Array, from: number, to: number): Float32Array {
  return Float32Array.from({ length: Math.floor(((samples.length - 1) * to) / from) }, (_, index) => {
    const place = (index * from) / to;
    const before = Math.floor(place);
    const [left = 0, right = 0] = samples.subarray(before, before + 2);
    return (left + (right - left) * (place - before)) / 32_768;
  });
}
