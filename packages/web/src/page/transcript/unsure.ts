import type { LineWord } from './line.js';

/** Below this, more than a third of the words of the default model are wrong. */
const UNSURE_BELOW = 0.6;

/** Whether a word may well be wrong and nobody has looked at it yet. */
export function isUnsure({ confidence, heard }: Pick<LineWord, 'confidence' | 'heard'>): boolean {
  return heard === undefined && confidence < UNSURE_BELOW;
}
