import type { Clip } from './manifest.js';
import { voicedFrames } from './voiced-frames.js';

/** Sample rate of everything that the benchmarks send, Hz. */
export const SAMPLE_RATE = 16_000;

/** Decoded sound, ready to be sent. */
export interface Sound {
  /** 16 kHz, mono. */
  readonly pcm: Int16Array;
  /** One element for each 10 ms of `pcm`: 1 where somebody speaks. */
  readonly voiced: Uint8Array;
}

/** A clip with its sound. */
export interface DecodedClip extends Sound {
  readonly clip: Clip;
}

/** PCM as sound, with the places where somebody speaks marked. */
export function soundOf(pcm: Int16Array): Sound {
  return { pcm, voiced: voicedFrames(pcm, SAMPLE_RATE) };
}

/** Faint white noise at −72 dBFS, like a quiet room: not digital silence, and nothing to transcribe. */
export function roomTone(seconds: number): Sound {
  const pcm = new Int16Array(Math.round(seconds * SAMPLE_RATE));
  let state = 1;
  for (let index = 0; index < pcm.length; index++) {
    // The "minimal standard" generator of Park and Miller (1988): the same noise in every run.
    state = (state * 48_271) % 2_147_483_647;
    pcm[index] = Math.round((state / 2_147_483_647 - 0.5) * 28);
  }
  return { pcm, voiced: new Uint8Array(Math.ceil(seconds * 100)) };
}
