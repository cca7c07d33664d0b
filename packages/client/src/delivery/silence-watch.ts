/** Detects when the other side has been silent for too long. */
export interface SilenceWatch {
  /** Something was heard. */
  readonly heard: () => void;
  /** Whether the silence is too long now. To be called about every second, or more often. */
  readonly isDead: () => boolean;
}

const LONGEST_SILENCE_MS = 10_000;
/**
 * The most that the time between two calls counts. After sleep, or in a page that the browser throttles, messages
 * that came meanwhile are delivered only after the timers that are due.
 */
const LONGEST_STEP_MS = 2000;

/** `now` is a clock in milliseconds that never goes back. */
export function createSilenceWatch(now: () => number = () => performance.now()): SilenceWatch {
  let silentMs = 0;
  let lookedAt = now();
  return {
    heard: () => {
      silentMs = 0;
      lookedAt = now();
    },
    isDead: () => {
      const time = now();
      silentMs += Math.min(LONGEST_STEP_MS, Math.max(0, time - lookedAt));
      lookedAt = time;
      return silentMs >= LONGEST_SILENCE_MS;
    },
  };
}
