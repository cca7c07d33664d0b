import type { LineWord } from './line-word.js';

/**
 * Confidence below which a word is marked. In interviews and read speech, one in sixteen words of the default model is below
 * it. Nearly four in ten of these are wrong, which is a third of all wrong words. If more were marked, people would pay less
 * attention to the marks.
 */
const UNSURE_BELOW = 0.75;

/** Whether a word may well be wrong and nobody has looked at it yet. */
export function isUnsure({
  confidence,
  heard,
  doubtful,
}: Pick<LineWord, 'confidence' | 'heard' | 'doubtful'>): boolean {
  return heard === undefined && (doubtful === true || confidence < UNSURE_BELOW);
}
