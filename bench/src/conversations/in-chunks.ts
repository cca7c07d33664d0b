import { floatsOf } from '@auscult/asr';
import { SAMPLE_RATE } from '../clips/sound.js';

/** A recording, a second at a time. */
export async function* inChunks(pcm: Int16Array): AsyncGenerator<Float32Array, void> {
  for (let at = 0; at < pcm.length; at += SAMPLE_RATE) {
    yield await Promise.resolve(floatsOf(pcm.subarray(at, at + SAMPLE_RATE)));
  }
}
