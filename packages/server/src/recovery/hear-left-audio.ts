import { setImmediate as nextTurn } from 'node:timers/promises';
import { floatsOf, SAMPLE_RATE, type LiveTranscription } from '@auscult/asr';
import type { LeftAudio } from './left-audio.js';

/** Samples that are handed over at a time, so that live sessions are served in between: a quarter of a second. */
const AT_ONCE = SAMPLE_RATE / 4;

/**
 * Has audio heard that was left, by a stream that begins where it does and takes floats at 16 kHz. Where some is missing, the
 * utterance ends, and there is silence. Resolves when all finals are there; fails if the stream is closed before.
 */
export async function hearLeftAudio(stream: LiveTranscription, { from, pieces }: LeftAudio): Promise<void> {
  let end = from;
  for (const piece of pieces) {
    if (piece.from > end) {
      await stream.flush();
      await push(stream, new Float32Array(piece.from - end));
    }
    await push(stream, floatsOf(piece.samples));
    end = piece.from + piece.samples.length;
  }
  await stream.flush();
  // A stream that was closed has heard nothing, but says so to nobody.
  if (stream.settledSeconds < stream.receivedSeconds - TOLERATED_SECONDS)
    throw new Error('the stream was closed');
}

/** Voice activity counts in frames. */
const TOLERATED_SECONDS = 0.5;

async function push(stream: LiveTranscription, samples: Float32Array): Promise<void> {
  for (let at = 0; at < samples.length; at += AT_ONCE) {
    const some = samples.subarray(at, at + AT_ONCE);
    stream.push(new Uint8Array(some.buffer, some.byteOffset, some.byteLength));
    await nextTurn();
  }
}
