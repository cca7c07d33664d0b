import type { LineWord } from './line-word.js';

/**
 * In interviews and read speech, one in twelve words of the default model is below this. Four in ten of these are
 * wrong, which is a third of all wrong words. People would pay less attention to more marks.
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
