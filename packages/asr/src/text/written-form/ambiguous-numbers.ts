import { isNumeral, isNumberName, OTHER_SCALES } from './number-links.js';
import { numberWord } from './number-words.js';
import { isValue } from './number-text.js';
import { says, wordBehind } from './rule.js';
import { isChange } from './change.js';
import { numberAt, type SpokenNumber } from './spoken-number.js';
import { adjoins, type Token } from './token.js';
import { unitAt } from './units.js';

/** The tokens from `from` up to, but not including, `to`. */
export interface TokenRange {
  readonly from: number;
  readonly to: number;
}

/**
 * Numbers that stay as they were spoken, since their words alone do not tell what they mean: `five to ten thousand`
 * may begin at 5 or at 5,000, `one hundred, five` may be 105.
 */
export function ambiguousNumbers(tokens: readonly Token[]): TokenRange[] {
  const items = itemsOf(tokens);
  const held = items.flatMap(
    (item) => vagueAmount(tokens, item) ?? lateHalf(tokens, item) ?? lateScale(tokens, item) ?? [],
  );
  const chains = items.slice(1).map((right, index) => joinOf(tokens, items[index], right));
  chains.forEach((join, index) => {
    const [left, right] = [items[index], items[index + 1]];
    if (join === undefined || left === undefined || right === undefined) return;
    const isOpen =
      isParted(tokens, left, join, right) ||
      sharesScale(tokens, left, join, right) ||
      trailsScale(left, join, right) ||
      areDigits(tokens, left, join, right);
    if (!isOpen) return;
    // "Ten, fifteen or twenty thousand": all numbers of the list.
    let first = index;
    while (first > 0 && chains[first - 1] !== undefined && (items[first - 1]?.scale ?? 0) < right.scale)
      first -= 1;
    const isOwn = join.mark === '' && join.word === '' && right.number.is === 'numeral';
    held.push({ from: items[first]?.from ?? left.from, to: isOwn ? left.to : right.to });
  });
  return held;
}

/** A number among tokens. */
interface Item extends TokenRange {
  readonly number: SpokenNumber;
  /** Its own largest scale, 1 if it has none. */
  readonly scale: number;
  /** How often it counts each of its scales: `two hundred fifty thousand` counts two hundreds and 250 thousands. */
  readonly counts: readonly { readonly count: number; readonly scale: number }[];
  /** Whether it is followed by a scale that is not used for counting. */
  readonly vague: boolean;
}

function itemsOf(tokens: readonly Token[]): Item[] {
  const items: Item[] = [];
  let at = 0;
  while (at < tokens.length) {
    const number = numberAt(tokens, at);
    if (number === undefined) {
      at += 1;
      continue;
    }
    const item = itemOf(tokens, at, number);
    items.push(item);
    at = item.to;
  }
  return items;
}

function itemOf(tokens: readonly Token[], from: number, number: SpokenNumber): Item {
  const end = from + number.length;
  const behind = wordBehind(tokens, from, number.length) ?? '';
  const scaleBehind = numberWord(behind);
  const behindValue = scaleBehind?.is === 'scale' ? scaleBehind.value : 0;
  const vague = OTHER_SCALES.has(behind) || isLateScale(tokens, end);
  const counts =
    behindValue > 0 ? [{ count: valueOf(number), scale: behindValue }] : countsOf(tokens, from, number);
  return {
    from,
    to: end + (behindValue > 0 || vague ? 1 : 0),
    number,
    counts,
    scale: Math.max(1, ...counts.map(({ scale }) => scale)),
    vague,
  };
}

function valueOf(number: SpokenNumber): number {
  return isValue(number) ? Number(number.digits) : Number.NaN;
}

function countsOf(tokens: readonly Token[], from: number, number: SpokenNumber): Item['counts'] {
  if (number.is === 'numeral') return countsOfDigits(Number(number.digits));
  if (number.is === 'elided') return [{ count: Math.floor(Number(number.digits) / 100), scale: 100 }];
  const counts: { count: number; scale: number }[] = [];
  let group = 0;
  for (const token of tokens.slice(from, from + number.length)) {
    const part = isNumeral(token)
      ? { is: 'numeral' as const, value: Number(token.text.replaceAll(',', '')) }
      : numberWord(token.lower);
    if (part?.is === 'hundred') {
      counts.push({ count: group || 1, scale: 100 });
      group = (group || 1) * 100;
    } else if (part?.is === 'scale') {
      counts.push({ count: group || 1, scale: part.value });
      group = 0;
    } else if (part !== undefined && 'value' in part) group += part.value;
  }
  return counts;
}

/** The counts of digits that the model wrote, which may also have been spoken in hundreds: 1,500. */
function countsOfDigits(value: number): Item['counts'] {
  const counts = [1e9, 1e6, 1e3]
    .filter((scale) => value >= scale)
    .map((scale) => ({ count: Math.floor(value / scale), scale }));
  return value >= 100 && value < 10_000
    ? [...counts, { count: Math.floor(value / 100), scale: 100 }]
    : counts;
}

/** The word or mark between two numbers that may belong together. */
interface Join {
  /** The word between, '' if only punctuation separates them. */
  readonly word: string;
  /** Punctuation after the left one. */
  readonly mark: string;
}

function joinOf(tokens: readonly Token[], left: Item | undefined, right: Item): Join | undefined {
  if (left === undefined) return undefined;
  const between = tokens.slice(left.to, right.from);
  const mark = tokens[left.to - 1]?.after ?? '';
  const word = between.at(0)?.lower ?? '';
  const isJoint = between.length === 0 || (between.length === 1 && JOINTS.has(word));
  if (tokens[right.from]?.before !== '') return undefined;
  if (isRestart(between)) return { word, mark };
  if (!isJoint) return undefined;
  if (!/^[,.;…]*$/u.test(mark) || between.some(({ after }) => after !== '')) return undefined;
  return { word, mark };
}

const JOINTS: ReadonlySet<string> = new Set([
  'to',
  'or',
  'and',
  'through',
  'dash',
  'by',
  'x',
  '×',
  'point',
  'minus',
]);

/** `Five, no, ten thousand`, `ten, I mean fifteen, thousand`: the number is said anew, but perhaps not its scale. */
function isRestart(between: readonly Token[]): boolean {
  return (
    between.length > 0 &&
    between.length <= MOST_RESTART &&
    between.every(({ lower, after }) => RESTARTS.has(lower) && /^[,;…]*$/u.test(after))
  );
}

const MOST_RESTART = 4;

const RESTARTS: ReadonlySet<string> = new Set([
  ...['no', 'sorry', 'wait', 'rather', 'actually', 'correction', 'i', 'mean', 'meant', 'make', 'that', 'or'],
  ...['say', 'well', 'oops'],
]);

/** `one thousand, two hundred` and `twenty, five`: one number, with a pause in it? */
function isParted(tokens: readonly Token[], left: Item, { word, mark }: Join, right: Item): boolean {
  // "Thirty a hundred": only the words themselves separate them.
  if (mark === '' && word === '') return true;
  if (mark === '' || (word !== '' && word !== 'and') || isNumeral(tokens[left.to - 1])) return false;
  const last = numberWord(tokens[left.to - 1]?.lower ?? '');
  const value = valueOf(right.number);
  if (last?.is === 'hundred') return right.scale > 100 || !(value >= 100);
  if (last?.is === 'scale') return !(value >= last.value);
  return last?.is === 'ten' && (right.scale > 1 || !(value >= 10));
}

/** Whether `5-10,000` may be 5,000 to 10,000. */
export function mayShareScale(low: number, high: number): boolean {
  return (
    low > 0 &&
    countsOfDigits(high).some(
      ({ count, scale }) =>
        scale > 1 && low < scale && (low < count || (low === count && high > count * scale)),
    )
  );
}

/** Whether the scale of the second may have been meant for the first as well. */
function sharesScale(tokens: readonly Token[], left: Item, { word, mark }: Join, right: Item): boolean {
  if (/[.;]/u.test(mark)) return false;
  if (right.vague) return true;
  const value = valueOf(left.number);
  return right.counts.some(({ count, scale }) => {
    if (scale <= left.scale || value === 0) return false;
    // Words that form no number by themselves: "one two or three hundred".
    if (Number.isNaN(value)) return word !== '';
    if (value < count) return true;
    // "Two to two hundred fifty"
    if (word !== '' && value === count) return valueOf(right.number) > count * scale;
    if (word === '' || value > count * MOST_STEP) return false;
    // "Fifty hundred" is no number.
    if (scale === 100 && (value >= 100 || value % 10 === 0)) return false;
    return DESCENDING.has(word) || isChange(tokens, left.from);
  });
}

/** `ten thousand or twenty`, `two thousand nine or ten`: the scale of the first may have been meant for the second. */
function trailsScale(left: Item, { word, mark }: Join, right: Item): boolean {
  if (word !== 'or' || mark !== '' || left.number.is === 'numeral') return false;
  const [first, second] = [valueOf(left.number), valueOf(right.number)];
  const isYear = first > 1900 && first < 2100 && second < 100;
  return (
    isYear ||
    left.counts.some(
      ({ count, scale }) =>
        scale > right.scale && second < scale && second > count && second <= count * MOST_STEP,
    )
  );
}

/** `five five five, one two one two`: digits said one by one, with a pause between. */
function areDigits(tokens: readonly Token[], left: Item, { word, mark }: Join, right: Item): boolean {
  if (word !== '' || mark === '') return false;
  if (left.number.is !== 'digits' && right.number.is !== 'digits') return false;
  return [left, right].every(
    ({ number, to }) => DIGIT_BY_DIGIT.has(number.is) || (number.is === 'cardinal' && !unitAt(tokens, to)),
  );
}

const DIGIT_BY_DIGIT: ReadonlySet<string> = new Set(['digits', 'pair', 'elided', 'unclear']);

/** How many times larger the first number of a falling range may be: nobody goes from 20,000 to 1,000. */
const MOST_STEP = 10;

/** Before these words, the larger number may come first. */
const DESCENDING: ReadonlySet<string> = new Set(['or', 'by', 'x', '×']);

/** `half a million`, `three quarters of a million`, `a hundred or so`: too vague for digits. */
function vagueAmount(tokens: readonly Token[], { from, to, number }: Item): TokenRange | undefined {
  if (ENDINGS.some((words) => adjoins(tokens[to - 1], tokens[to]) && says(tokens, to, ...words)))
    return { from, to };
  const starts = tokens[from]?.lower === 'a' || number.is === 'unclear';
  if (!starts || !adjoins(tokens[from - 1], tokens[from])) return undefined;
  const of = tokens[from - 1]?.lower === 'of' && adjoins(tokens[from - 2], tokens[from - 1]) ? 1 : 0;
  const name = from - 1 - of;
  if (!isNumberName(tokens[name]?.lower ?? '') && tokens[name]?.lower !== 'third') return undefined;
  return { from: name > 0 && adjoins(tokens[name - 1], tokens[name]) ? name - 1 : name, to };
}

/** `ten, and a half` */
function lateHalf(tokens: readonly Token[], { from, to }: Item): TokenRange | undefined {
  const isLate =
    tokens[to - 1]?.after === ',' && (says(tokens, to, 'and', 'a') || says(tokens, to, 'and', 'one'));
  return isLate && isNumberName(tokens[to + 2]?.lower ?? '') ? { from, to: to + 3 } : undefined;
}

/** `fifteen, thousand` */
function lateScale(tokens: readonly Token[], { from, to }: Item): TokenRange | undefined {
  return isLateScale(tokens, to - 1) ? { from, to } : undefined;
}

function isLateScale(tokens: readonly Token[], at: number): boolean {
  const [left, scale] = [tokens[at - 1], tokens[at]];
  if (left === undefined || scale?.before !== '' || !/^[,;…]+$/u.test(left.after)) return false;
  const is = numberWord(scale.lower)?.is;
  return is === 'scale' || is === 'hundred';
}

const ENDINGS = [
  ['or', 'so'],
  ['and', 'something'],
  ['something'],
  ['some'],
  ['odd'],
  ['and', 'change'],
  ['ish'],
];
