import {
  isDigitWord,
  isHesitation,
  isNumeral,
  isNumberName,
  isOrdinalWord,
  NUMBER_LINKS,
} from './number-links.js';
import { adjoins, type Token } from './token.js';
import { isPointInTalk } from './spoken-number.js';

/**
 * The token that begins a number at the end which may go on (`one hundred`, `one forty over`, `point`), or the number of
 * tokens if there is none.
 */
export function openTail(tokens: readonly Token[]): number {
  let from = tokens.length;
  while (from > 0 && isPart(tokens, from - 1) && continuesBehind(tokens, from - 1)) from -= 1;
  // Linking words before the first number are no part of it.
  while (from < tokens.length && !isStrong(tokens, from)) from += 1;
  while (from > 0 && from < tokens.length && tokens[from]?.beginsWord === false) from -= 1;
  return from;
}

/** The token after a number at the start that may have begun earlier, 0 if there is none. */
export function openHead(tokens: readonly Token[]): number {
  let to = 0;
  while (to < tokens.length && isPart(tokens, to) && (to === 0 || continuesBehind(tokens, to - 1))) to += 1;
  if (!tokens.slice(0, to).some((_, at) => isStrong(tokens, at))) return 0;
  while (tokens[to]?.beginsWord === false) to += 1;
  return to;
}

/** Whether tokens end as no sentence does: `one forty over`, `point`, `zero point zero`. */
export function isDangling(tokens: readonly Token[]): boolean {
  const words = tokens.filter((token) => !isHesitation(token));
  const [last, before, third] = words.slice(-3).reverse();
  if (last === undefined) return false;
  // "T four n three m one a" ends in a letter.
  if (last.lower === 'a') return third?.lower.length !== 1 && before !== undefined && isLinkOrNumber(before);
  return UNFINISHED.has(last.lower) || isNothingYet(words);
}

function isLinkOrNumber(token: Token): boolean {
  return UNFINISHED.has(token.lower) || isNumberName(token.lower) || isDigitWord(token);
}

/** `zero point zero`: a number that has not reached its significant digits. */
function isNothingYet(words: readonly Token[]): boolean {
  const point = words.findLastIndex(({ lower }) => lower === 'point');
  const whole = words[point - 1];
  if (point < 0 || !words.slice(point + 1).every(({ lower }) => ZEROS.has(lower))) return false;
  return !isDigitWord(whole) || ZEROS.has(whole?.lower ?? '');
}

const ZEROS: ReadonlySet<string> = new Set(['zero', 'oh', 'o']);

/** Whether tokens do no more than continue a number: `and`, `uh`. */
export function isOnlyLinks(tokens: readonly Token[]): boolean {
  return tokens.every((_, at) => isPart(tokens, at));
}

function isPart(tokens: readonly Token[], at: number): boolean {
  const token = tokens[at];
  if (token === undefined) return false;
  return (
    isStrong(tokens, at) ||
    NUMBER_LINKS.has(token.lower) ||
    isHesitation(token) ||
    UNFINISHED.has(token.lower) ||
    token.lower === 'a'
  );
}

/** Whether a number may go on after the token: punctuation ends it, except that of a pause. */
function continuesBehind(tokens: readonly Token[], at: number): boolean {
  const [left, right] = [tokens[at], tokens[at + 1]];
  if (right === undefined || adjoins(left, right)) return true;
  if (right.before !== '') return false;
  if (isHesitation(left) || isHesitation(right)) return true;
  return left?.after === ',';
}

/** Whether a token is more than a link. */
function isStrong(tokens: readonly Token[], at: number): boolean {
  const token = tokens[at];
  if (token === undefined) return false;
  // "A point" may go on with "five milligram tablet".
  if (token.lower === 'point') return !isPointInTalk(tokens, at) || ARTICLES.has(tokens[at - 1]?.lower ?? '');
  return (
    isNumeral(token) ||
    isDigitWord(token) ||
    isOrdinalWord(token) ||
    isNumberName(token.lower) ||
    MULTIPLIERS.has(token.lower)
  );
}

const ARTICLES: ReadonlySet<string> = new Set(['a', 'the', 'one', 'no']);

const MULTIPLIERS: ReadonlySet<string> = new Set(['double', 'triple', 'minus']);

/** Words after which more of the number must follow. */
const UNFINISHED: ReadonlySet<string> = new Set([
  // "Nine oh two oh" may go on as well, and only a sentence of digits ends in it.
  ...[
    'oh',
    'point',
    'slash',
    'dash',
    'double',
    'triple',
    'minus',
    'and',
    'or',
    'to',
    'through',
    'by',
    'x',
    '×',
  ],
  ...['over', 'out', 'of'],
]);
