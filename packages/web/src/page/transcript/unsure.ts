import type { LineWord } from './line-word.js';

/**
 * In interviews and read speech, one of twelve words of the default model is below it: four of ten of these are wrong,
 * and they are a third of all that are. More marks would be looked at less.
 */
const UNSURE_BELOW = 0.7;

/** Whether a word may well be wrong and nobody has looked at it yet. */
export function isUnsure({
  confidence,
  heard,
  doubtful,
}: Pick<LineWord, 'confidence' | 'heard' | 'doubtful'>): boolean {
  return heard === undefined && (doubtful === true || confidence < UNSURE_BELOW);
}
