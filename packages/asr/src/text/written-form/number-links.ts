import { cardinalOf, isNumberWord } from './number-words.js';
import type { Token } from './token.js';

/** Words that stand between the parts of a number, or between numbers that belong together. */
export const NUMBER_LINKS: ReadonlySet<string> = new Set([
  ...['and', 'or', 'to', 'through', 'by', 'x', '×', 'over', 'out', 'of', 'in', 'past', 'plus', 'minus'],
  ...['the', 'power'],
]);

/** Whether the token is digits as the model writes them: `5`, `1,000`, `.5`, `120/80`, `5%`. */
export function isNumeral(token: Token | undefined): boolean {
  return token !== undefined && /^[.]?\d/u.test(token.text);
}

/** Whether the token is a number word: `five`, `hundred`, `fifth`. */
export function isDigitWord(token: Token | undefined): boolean {
  return token !== undefined && (isNumberWord(token.lower) || token.lower === 'oh' || token.lower === 'o');
}

/** Whether a word in lower case names an amount that is written in words: `half`, `sixties`, `hundreds`, `dozen`. */
export function isNumberName(word: string): boolean {
  return NAMES.has(word);
}

/** Whether the token is what a speaker says while searching for the next word. */
export function isHesitation(token: Token | undefined): boolean {
  return token !== undefined && HESITATIONS.has(token.lower);
}

/** Whether the token is an ordinal: `fifth`. */
export function isOrdinalWord(token: Token | undefined): boolean {
  return token !== undefined && cardinalOf(token.lower) !== undefined;
}

const HESITATIONS: ReadonlySet<string> = new Set(
  ['uh', 'uhh', 'uhm', 'um', 'umm', 'er', 'erm', 'ah', 'eh', 'hm', 'hmm', 'mm'].flatMap((word) => [
    word,
    `${word}-`,
  ]),
);

/** Scales that are not used for counting, since `k` and `mil` have several meanings. */
export const OTHER_SCALES: ReadonlySet<string> = new Set([
  ...['k', 'grand', 'thou', 'mil', 'mils', 'mill', 'trillion', 'dozen', 'lakh', 'crore'],
  ...['tens', 'hundreds', 'thousands', 'millions', 'billions', 'dozens'],
]);

const DECADES = [
  'twenties',
  'thirties',
  'forties',
  'fifties',
  'sixties',
  'seventies',
  'eighties',
  'nineties',
];

const NAMES: ReadonlySet<string> = new Set([
  ...['half', 'halves', 'quarter', 'quarters', 'thirds', 'fourths', 'fifths', 'sixths', 'eighths', 'tenths'],
  ...['dozen', 'teens', 'hundreds', 'thousands', 'millions', 'billions', 'trillion', ...DECADES],
]);
