import type { WordSpeaker } from './label-words.js';

/** The share of words with such a lead that are given to the right speaker, where so many speakers are known. */
export function certaintyOf({ lead }: WordSpeaker, speakers: number): number {
  if (speakers < 2) return ONE_KNOWN;
  return 1 / (1 + Math.exp(-(LOGISTIC.offset + LOGISTIC.slope * lead)));
}

/** Before a second speaker is known, who may have spoken already: of 169 words, 151 were right (bench `speakers`). */
const ONE_KNOWN = 0.89;

/** Fitted to the words of six interviews; each left out in turn, the error (ECE) is 0.1 % (bench `speakers`). */
const LOGISTIC = { offset: 1.2, slope: 5.7 } as const;
