import type { Levels } from './recording-state.js';

/** A level that even the quietest microphone exceeds in a quiet room. */
const DEAD_LEVEL = 0.0005;
const DEAD_AFTER_LEVELS = 100;

/** Tells, at each measurement, whether a microphone has given nothing at all for a while. */
export function createMicrophoneWatch(): (measured: Levels, muted: boolean) => boolean {
  let quiet = 0;
  return (measured, muted) => {
    const isDead = !muted && measured.every(({ peak }) => peak < DEAD_LEVEL);
    quiet = isDead ? quiet + 1 : 0;
    return quiet >= DEAD_AFTER_LEVELS;
  };
}
