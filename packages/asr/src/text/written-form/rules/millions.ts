import type { Piece } from '../rule.js';
import type { Value } from '../spoken-number.js';
import type { Token } from '../token.js';

/** `two million` → `2 million`: ISMP asks for the word, as nobody counts six zeros. */
export function inMillions(
  tokens: readonly Token[],
  at: number,
  { is, digits, length }: Value,
): readonly Piece[] | undefined {
  const last = tokens[at + length - 1]?.lower;
  if (is !== 'cardinal' || last !== 'million' || !digits.endsWith('000000')) return undefined;
  return [
    { text: digits.slice(0, -6), length: length - 1 },
    { text: 'million', length: 1 },
  ];
}
