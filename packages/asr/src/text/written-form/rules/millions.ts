import { measuredNumber } from '../number-text.js';
import { wordBehind, type WrittenPiece } from '../rule.js';
import type { Value } from '../spoken-number.js';
import type { Token } from '../token.js';

/**
 * `two million` → `2 million`: ISMP asks for the word, since nobody counts six zeros. `two point five thousand` and
 * `two and a half million` keep the word, too.
 */
export function inMillions(
  tokens: readonly Token[],
  at: number,
  value: Value,
  dropZeros: boolean,
): readonly WrittenPiece[] | undefined {
  const { is, digits, length } = value;
  const behind = wordBehind(tokens, at, length) ?? '';
  if (SCALES.has(behind) && digits.includes('.'))
    return [
      { text: measuredNumber(value, dropZeros), length },
      { text: behind, length: 1 },
    ];
  const last = tokens[at + length - 1]?.lower;
  if (is !== 'cardinal' || last !== 'million' || !digits.endsWith('000000')) return undefined;
  return [
    { text: digits.slice(0, -6), length: length - 1 },
    { text: 'million', length: 1 },
  ];
}

const SCALES: ReadonlySet<string> = new Set(['thousand', 'million', 'billion']);
