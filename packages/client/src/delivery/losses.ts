import { SAMPLE_RATE } from '../audio/sample-rate.js';

/** Counts the samples that will never be transcribed. */
export interface Losses {
  readonly samples: () => number;
  /** The server could not recognise some audio, from `start` to `end`, seconds. */
  readonly addUnrecognised: (start: number | undefined, end: number | undefined) => void;
  /**
   * The buffer dropped the audio between two samples. The server has everything before `received`, as long as its
   * session lives.
   */
  readonly addDropped: (from: number, to: number, received: number) => void;
  /** What was dropped is settled, so none of it is needed any more. */
  readonly settleDropped: () => void;
  /** The session is gone, and with it what was dropped here. */
  readonly loseSession: () => void;
}

export function createLosses(): Losses {
  let lost = 0;
  /** Dropped samples that only the server has. */
  let onlyThere = 0;
  return {
    samples: () => lost,
    addUnrecognised: (start = 0, end = 0) => {
      lost += Math.round((end - start) * SAMPLE_RATE);
    },
    addDropped: (from, to, received) => {
      const nowhere = Math.max(0, to - Math.max(from, received));
      lost += nowhere;
      onlyThere += to - from - nowhere;
    },
    settleDropped: () => {
      onlyThere = 0;
    },
    loseSession: () => {
      lost += onlyThere;
      onlyThere = 0;
    },
  };
}
