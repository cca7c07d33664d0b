import type { WordSpeaker } from './label-words.js';

/** The share of words with such a lead that are given to the right speaker, where so many speakers are known. */
export function certaintyOf({ lead }: WordSpeaker, speakers: number): number {
  if (speakers < 2) return ONE_KNOWN;
  return 1 / (1 + Math.exp(-(LOGISTIC.offset + LOGISTIC.slope * lead)));
}

/** Before a second speaker is known, who may have spoken already (bench `speakers`). */
const ONE_KNOWN = 0.8;

/** Fitted to the words of interviews (bench `speakers --calibrate`). */
const LOGISTIC = { offset: 0, slope: 10 } as const;
