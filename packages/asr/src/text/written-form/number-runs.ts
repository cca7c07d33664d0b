import { cardinalOf, isNumberWord, numberWord } from './number-words.js';
import { isDigitWord, isNumeral, isNumberName, isOrdinalWord, NUMBER_LINKS } from './number-links.js';
import { says } from './rule.js';
import { adjoins, type Token } from './token.js';
import { unitAt } from './units.js';

/** Successive tokens that may belong to one number, or to numbers that belong together. */
export interface NumberRun {
  readonly from: number;
  /** The token after the last. */
  readonly to: number;
  /**
   * The tokens that say how much: not digits written by the model, which stay as they are, and not words that only link.
   */
  readonly spoken: readonly number[];
}

/**
 * The longest runs of number words and the words that link them: `five to ten thousand`, `three slash fourteen slash
 * nineteen sixty two`, `half a million`. A run is written as a whole or not at all.
 */
export function numberRuns(tokens: readonly Token[]): NumberRun[] {
  const runs: NumberRun[] = [];
  let at = 0;
  while (at < tokens.length) {
    const run = runAt(tokens, at);
    if (run === undefined) {
      at += 1;
      continue;
    }
    if (run.spoken.length > 0) runs.push(run);
    at = run.to;
  }
  return runs;
}

function runAt(tokens: readonly Token[], at: number): NumberRun | undefined {
  if (!isMember(tokens, at)) return undefined;
  const spoken: number[] = [];
  let to = at;
  let isList = false;
  for (let next: number | undefined = at; next !== undefined;) {
    if (!isNumeral(tokens[next])) spoken.push(next);
    to = next + 1;
    const listed: number | undefined = listedBehind(tokens, to, isList);
    isList ||= listed !== undefined;
    next = listed ?? memberBehind(tokens, to);
  }
  return { from: at, to, spoken };
}

/**
 * The next token that says how much, after a comma, if it belongs to the same list as the number before: `five, ten and
 * fifteen`.
 */
function listedBehind(tokens: readonly Token[], at: number, isList: boolean): number | undefined {
  if (tokens[at - 1]?.after !== ',' || tokens[at]?.before !== '') return undefined;
  const isLast = tokens[at].lower === 'and' || tokens[at].lower === 'or';
  if (isLast)
    return isList && adjoins(tokens[at], tokens[at + 1]) && isMember(tokens, at + 1) ? at + 1 : undefined;
  return isMember(tokens, at) && endsList(tokens, at) ? at : undefined;
}

/** Whether the number at `at`, perhaps after more numbers with commas, is followed by `and` or `or` and a number. */
function endsList(tokens: readonly Token[], at: number): boolean {
  let end = at + 1;
  while (adjoins(tokens[end - 1], tokens[end]) && isMember(tokens, end)) end += 1;
  const comma = tokens[end - 1]?.after === ',' && tokens[end]?.before === '';
  if (!comma && !adjoins(tokens[end - 1], tokens[end])) return false;
  // "Two, four, six units"
  if (!comma && unitAt(tokens, end) !== undefined) return true;
  if (comma && isMember(tokens, end)) return endsList(tokens, end);
  const last = tokens[end]?.lower;
  return (
    (last === 'and' || last === 'or') && adjoins(tokens[end], tokens[end + 1]) && isMember(tokens, end + 1)
  );
}

/** The next token that says how much, skipping links. */
function memberBehind(tokens: readonly Token[], at: number): number | undefined {
  if (!adjoins(tokens[at - 1], tokens[at])) return undefined;
  if (isMember(tokens, at) || isOrdinalBehind(tokens, at)) return at;
  const unit = unitAt(tokens, at);
  const start = unit === undefined ? at : at + unit.length;
  if (unit !== undefined && isCompound(tokens, at, unit.length)) return start;
  // "One week to two weeks": a range in which each has its unit.
  if (unit !== undefined && !(says(tokens, start, 'to') && adjoins(tokens[start - 1], tokens[start])))
    return undefined;
  for (let next = start; next < tokens.length; next++) {
    const link = tokens[next]?.lower ?? '';
    // "Ten to the sixth", but not "two of the ten".
    const isLink =
      link === 'the' ? tokens[next - 1]?.lower === 'to' : NUMBER_LINKS.has(link) || PARTS.has(link);
    if (!isLink || !adjoins(tokens[next], tokens[next + 1])) return undefined;
    if (isMember(tokens, next + 1) || cardinalOf(tokens[next + 1]?.lower ?? '') !== undefined)
      return next + 1;
  }
  return undefined;
}

/** `six foot two`, `eight pounds six`, and not `ten pounds two times`. */
function isCompound(tokens: readonly Token[], at: number, length: number): boolean {
  const behind = at + length;
  if (!COMPOUNDED.has(tokens[at]?.lower ?? '') || !adjoins(tokens[behind - 1], tokens[behind])) return false;
  return isMember(tokens, behind) && tokens[behind + 1]?.lower !== 'times';
}

const COMPOUNDED: ReadonlySet<string> = new Set(['foot', 'feet', 'pound', 'pounds']);

/** Words that belong to a number right beside them, and to both numbers if they are between two. */
const PARTS: ReadonlySet<string> = new Set(['point', 'oh', 'slash', 'dash', 'double', 'triple']);

/** `twenty first`; `the first ten days` are separate numbers. */
function isOrdinalBehind(tokens: readonly Token[], at: number): boolean {
  return cardinalOf(tokens[at]?.lower ?? '') !== undefined && isNumberWord(tokens[at - 1]?.lower ?? '');
}

function isMember(tokens: readonly Token[], at: number): boolean {
  const token = tokens[at];
  if (token === undefined) return false;
  if (isNumeral(token)) return true;
  if (isNumberWord(token.lower)) return !isPronoun(tokens, at);
  if (isNumberName(token.lower)) return true;
  const before = adjoins(tokens[at - 1], token) ? tokens[at - 1] : undefined;
  const behind = adjoins(token, tokens[at + 1]) ? tokens[at + 1] : undefined;
  switch (token.lower) {
    case 'double':
    case 'triple':
    case 'quadruple':
      return isDigitWord(behind) || isNumeral(behind);
    case 'oh':
    case 'point':
    case 'slash':
    case 'dash':
      return [before, behind].some((next) => isNumeral(next) || isDigitWord(next) || next?.lower === 'point');
    case 'a':
      return behind !== undefined && (isNumberName(behind.lower) || isScale(behind.lower));
    default:
      return isLinkedOrdinal(tokens, at);
  }
}

/** `ninth to tenth`. */
function isLinkedOrdinal(tokens: readonly Token[], at: number): boolean {
  const [first, link, second] = tokens.slice(at, at + 3);
  if (!isOrdinalWord(first) || !adjoins(first, link) || !adjoins(link, second)) return false;
  return NUMBER_LINKS.has(link?.lower ?? '') && (isOrdinalWord(second) || isNumberWord(second?.lower ?? ''));
}

/** `one of them` counts nothing. */
function isPronoun(tokens: readonly Token[], at: number): boolean {
  const isCompound = adjoins(tokens[at - 1], tokens[at]) && isNumberWord(tokens[at - 1]?.lower ?? '');
  return says(tokens, at, 'one', 'of') && !isCompound;
}

function isScale(word: string): boolean {
  const is = numberWord(word)?.is;
  return is === 'hundred' || is === 'scale';
}
