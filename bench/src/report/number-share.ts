import type { NumberShare } from '../score/number-score.js';
import { percent } from './table.js';

/** Numbers that are right, as `95.0 % of 40`; a dash where there were none. */
export function numberShare({ numbers, right }: NumberShare): string {
  return numbers === 0 ? '–' : `${percent(right / numbers)} of ${String(numbers)}`;
}
