import { SAMPLE_RATE, soundOf, type DecodedClip } from '../../src/clips/sound.js';

/** A clip that holds a 200 Hz tone. */
export function decodedClip(id: string, durationSeconds: number, text = id): DecodedClip {
  const clip = { id, file: '', kind: 'read', text, durationSeconds, terms: [] };
  return { clip, ...soundOf(tone([[durationSeconds, 8000]])) };
}

/** A 200 Hz tone in steps of [seconds, amplitude]. */
export function tone(steps: readonly (readonly [seconds: number, amplitude: number])[]): Int16Array {
  const samples = steps.flatMap(([seconds, amplitude]) =>
    Array.from({ length: Math.round(seconds * SAMPLE_RATE) }, (_, index) =>
      Math.round(amplitude * Math.sin((2 * Math.PI * 200 * index) / SAMPLE_RATE)),
    ),
  );
  return Int16Array.from(samples);
}
