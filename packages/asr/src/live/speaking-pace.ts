/** Tells how far a stream's audio is ahead of somebody who speaks in real time. */
export interface SpeakingPace {
  /** Tells it that audio up to `seconds` of the stream's clock has come. */
  took(seconds: number): void;
  /** How much too early the audio up to `seconds` came to be live speech, in seconds; 0 if it came in real time. */
  aheadSeconds(seconds: number): number;
}

/**
 * Seconds of speech a second. A little faster than real time: a client that begins with what was said before it could
 * connect is not ahead for ever.
 */
const SPEED = 1.25;

/** What may have been said before the stream was opened, seconds. */
const SAID_BEFORE = 5;

/** What may have been said while nothing came, seconds: as long as sessions wait for their client by default. */
const LONGEST_SILENCE = 300;

/** The pace of a new stream. `now`: milliseconds of a clock that never goes back. */
export function createSpeakingPace(now: () => number = () => performance.now()): SpeakingPace {
  /** When the stream's first sample was spoken, if all was spoken at `SPEED`. */
  let began: number | undefined;
  return {
    took(seconds) {
      const spoken = now() / 1000 - seconds / SPEED;
      began = Math.max(began ?? spoken - SAID_BEFORE, spoken - LONGEST_SILENCE);
    },
    aheadSeconds: (seconds) =>
      began === undefined ? 0 : Math.max(0, began + seconds / SPEED - now() / 1000),
  };
}
