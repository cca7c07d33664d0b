import { numberWord, type NumberWord } from './number-words.js';
import { readOnce } from './read-once.js';
import { adjoins, type Token } from './token.js';

/**
 * A number as it was spoken.
 *
 * - `cardinal`: every word has its place, `one hundred and five`;
 * - `numeral`: digits that the model wrote;
 * - `decimal`: with digits behind the point, or halves;
 * - `naked`: the same, but nothing was said before the point, `point five`;
 * - `elided`: without its hundred, `one forty two` or `one oh five`, which may be two numbers as well;
 * - `pair`: two numbers below 100, as years and times are spoken, `twenty twenty four`;
 * - `digits`: one by one, `five five five one two`;
 * - `unclear`: words of numbers that make none, or more than one.
 */
export type SpokenNumber =
  | PlainNumber
  | (Digits & { readonly is: 'elided' | 'naked' })
  | (Digits & { readonly is: 'digits' })
  | { readonly is: 'pair'; readonly high: number; readonly low: number; readonly length: number }
  | { readonly is: 'unclear'; readonly length: number };

/** A number that can only be one value: said in full, or written by the model. */
export type PlainNumber = Digits & { readonly is: 'cardinal' | 'numeral' | 'decimal' };

/** A plain number, or a shortened one. */
export type Value = PlainNumber | (Digits & { readonly is: 'elided' | 'naked' });

interface Digits {
  /** Plain decimal digits without signs and commas. */
  readonly digits: string;
  readonly length: number;
  /** Whether it ends in `and a half` or `and a quarter`. */
  readonly half?: true;
}

/** The number that begins with the token at `at` and takes all number words that follow. */
export const numberAt = readOnce(readNumber);

function readNumber(tokens: readonly Token[], at: number): SpokenNumber | undefined {
  const parts = partsAt(tokens, at);
  if (parts.length === 0) return undefined;
  const number = readParts(parts);
  return number.is === 'cardinal' || number.is === 'numeral' ? withHalf(tokens, at, number) : number;
}

type Part =
  | NumberWord
  | { readonly is: 'and' | 'point' | 'a' }
  | { readonly is: 'double' | 'triple' }
  | { readonly is: 'numeral'; readonly digits: string };

function partsAt(tokens: readonly Token[], at: number): Part[] {
  const parts: Part[] = [];
  for (let index = at; index < tokens.length; index++) {
    if (index > at && !adjoins(tokens[index - 1], tokens[index])) break;
    const part = partAt(tokens, index, parts);
    if (part === undefined) break;
    parts.push(part);
  }
  return parts;
}

function partAt(tokens: readonly Token[], at: number, parts: readonly Part[]): Part | undefined {
  const token = tokens[at];
  const previous = parts.at(-1);
  const decimals = parts.some(({ is }) => is === 'point');
  const next = adjoins(token, tokens[at + 1]) ? tokens[at + 1]?.lower : undefined;
  if (token === undefined) return undefined;
  const part = numberWord(token.lower);
  const nextPart = next === undefined ? undefined : numberWord(next);
  const nextCounts = isCounted(nextPart) || isRepeated(tokens, at + 1);
  if (part?.is === 'oh') return isZero(tokens, at, parts) ? part : undefined;
  // "Eleven point two thousand" keeps its scale as a word.
  if (part?.is === 'scale' && decimals) return undefined;
  if (part !== undefined) return part;
  if (NUMERAL.test(token.text) && !/^\.0+$/u.test(token.text)) {
    if (previous === undefined) return { is: 'numeral', digits: plainDigits(token.text) };
    const behindPoint = previous.is === 'point' && /^\d+$/u.test(token.text);
    return behindPoint ? { is: 'numeral', digits: token.text } : undefined;
  }
  switch (token.lower) {
    case 'and':
      return (previous?.is === 'hundred' || previous?.is === 'scale') &&
        isCounted(nextPart) &&
        nextPart.is !== 'oh'
        ? { is: 'and' }
        : undefined;
    case 'point': {
      const digits = nextCounts || (next !== undefined && /^\d+$/u.test(next));
      if (!digits || (previous === undefined && isPointInTalk(tokens, at))) return undefined;
      return { is: 'point' };
    }
    case 'a':
      return previous === undefined && (nextPart?.is === 'hundred' || nextPart?.is === 'scale')
        ? { is: 'a' }
        : undefined;
    case 'double':
    case 'triple':
      return isRepeated(tokens, at) ? { is: token.lower } : undefined;
    default:
      return undefined;
  }
}

function isCounted(part: NumberWord | undefined): part is NumberWord {
  return part !== undefined && part.is !== 'hundred' && part.is !== 'scale';
}

/** Whether `double` or `triple` at `at` tells how often a digit is written. */
function isRepeated(tokens: readonly Token[], at: number): boolean {
  const word = tokens[at]?.lower;
  if ((word !== 'double' && word !== 'triple') || !adjoins(tokens[at], tokens[at + 1])) return false;
  return isDigit(numberWord(tokens[at + 1]?.lower ?? ''));
}

/**
 * Whether an `oh` is a zero: between the parts of a number, or at either end of digits said one by one. Alone, it is a sigh.
 */
function isZero(tokens: readonly Token[], at: number, parts: readonly Part[]): boolean {
  const previous = parts.at(-1);
  const next = adjoins(tokens[at], tokens[at + 1]) ? tokens[at + 1] : undefined;
  const nextPart = next === undefined ? undefined : numberWord(next.lower);
  if (previous === undefined) return startsDigits(tokens, at);
  if (previous.is === 'and' || previous.is === 'a') return false;
  if (previous.is === 'point' || isCounted(nextPart) || isRepeated(tokens, at + 1)) return true;
  const point = parts.findIndex(({ is }) => is === 'point');
  const digits = point >= 0 ? parts.slice(point + 1) : parts;
  const enough = point >= 0 ? 1 : MOST_DIGITS_OF_TALK;
  if (next !== undefined && EXCLAIMED.has(next.lower)) return false;
  return (
    digits.length >= enough &&
    digits.every((part) => isDigit(part) || part.is === 'double' || part.is === 'triple')
  );
}

/** `oh point five`, and `oh two oh seven` if at least three digits follow. */
function startsDigits(tokens: readonly Token[], at: number): boolean {
  if (!adjoins(tokens[at], tokens[at + 1])) return false;
  if (tokens[at + 1]?.lower === 'point') {
    const digit = adjoins(tokens[at + 1], tokens[at + 2]) ? tokens[at + 2] : undefined;
    return digit !== undefined && (isCounted(numberWord(digit.lower)) || /^\d+$/u.test(digit.text));
  }
  return [1, 2, 3].every(
    (step) =>
      adjoins(tokens[at + step - 1], tokens[at + step]) &&
      (isDigit(numberWord(tokens[at + step]?.lower ?? '')) || isRepeated(tokens, at + step)),
  );
}

function isDigit(part: Part | undefined): boolean {
  return part?.is === 'unit' || part?.is === 'zero' || part?.is === 'oh';
}

/** "One two oh" may be two numbers and a sigh; from three digits in a row on, they are said one by one. */
const MOST_DIGITS_OF_TALK = 2;

/** Words that follow an "oh" that is an exclamation. */
const EXCLAIMED: ReadonlySet<string> = new Set([
  ...['my', 'no', 'yes', 'yeah', 'well', 'dear', 'god', 'okay', 'ok', 'sorry', 'wait', 'right', 'boy'],
]);

/** `at this point five of them`: this is not the point of a number. */
export function isPointInTalk(tokens: readonly Token[], at: number): boolean {
  const before = tokens[at - 1];
  return adjoins(before, tokens[at]) && before !== undefined && POINTS_IN_TALK.has(before.lower);
}

const POINTS_IN_TALK: ReadonlySet<string> = new Set([
  ...[
    'this',
    'that',
    'the',
    'a',
    'which',
    'what',
    'some',
    'any',
    'every',
    'each',
    'no',
    'one',
    'starting',
    'end',
  ],
  ...[
    'data',
    'focal',
    'power',
    'trigger',
    'pressure',
    "mcburney's",
    'mid',
    'melting',
    'boiling',
    'access',
    'entry',
  ],
  ...[
    'exit',
    'check',
    'turning',
    'tender',
    'bleeding',
    'insertion',
    'injection',
    'reference',
    'time',
    'first',
  ],
  ...[
    'last',
    'next',
    'same',
    'my',
    'your',
    'his',
    'her',
    'main',
    'good',
    'other',
    'another',
    'important',
    'final',
  ],
]);

function readParts(parts: readonly Part[]): SpokenNumber {
  const { length } = parts;
  const [first] = parts;
  const point = parts.findIndex(({ is }) => is === 'point');
  if (point >= 0) return readDecimal(parts, point);
  if (first?.is === 'numeral') {
    return length === 1 ? { is: 'numeral', digits: first.digits, length } : { is: 'unclear', length };
  }
  const whole = readWhole(parts);
  if (whole !== undefined) return { ...whole, length };
  return readPair(parts) ?? readDigits(parts) ?? { is: 'unclear', length };
}

function readWhole(
  parts: readonly Part[],
): { readonly is: 'cardinal' | 'elided'; readonly digits: string } | undefined {
  const cardinal = readCardinal(parts);
  if (cardinal !== undefined) return { is: 'cardinal', digits: String(cardinal) };
  const elided = readElided(parts);
  return elided === undefined ? undefined : { is: 'elided', digits: String(elided) };
}

function readDecimal(parts: readonly Part[], point: number): SpokenNumber {
  const { length } = parts;
  const whole = parts.slice(0, point);
  const decimals = readDecimals(parts.slice(point + 1));
  if (decimals === undefined) return { is: 'unclear', length };
  // "Point oh" is unfinished.
  if (point === 0 && Number(decimals) === 0) return { is: 'unclear', length };
  if (point === 0) return { is: 'naked', digits: `0.${decimals}`, length };
  const [first] = whole;
  if (whole.length === 1 && first?.is === 'oh') return { is: 'decimal', digits: `0.${decimals}`, length };
  if (whole.length === 1 && first?.is === 'numeral') {
    const isWhole = /^\d+$/u.test(first.digits);
    return isWhole
      ? { is: 'decimal', digits: `${first.digits}.${decimals}`, length }
      : { is: 'unclear', length };
  }
  const read = readWhole(whole);
  if (read === undefined) return { is: 'unclear', length };
  // "One oh one point two" can be one number only; "one forty point two" may follow a "one" of its own.
  const is = read.is === 'elided' && !whole.some((part) => part.is === 'oh') ? 'elided' : 'decimal';
  return { is, digits: `${read.digits}.${decimals}`, length };
}

/** Decimals, said one by one or as one number: `oh five` and `twenty five`. */
function readDecimals(parts: readonly Part[]): string | undefined {
  const single = readDigits(parts);
  if (parts.length > 0 && single !== undefined) return single.digits;
  const [first] = parts;
  if (parts.length === 1 && first?.is === 'numeral') return first.digits;
  const small = readBelowHundred(parts, 0);
  return small !== undefined && small.next === parts.length && small.value >= 10
    ? String(small.value)
    : undefined;
}

interface Read {
  readonly value: number;
  /** Where the next part is. */
  readonly next: number;
}

function readBelowHundred(parts: readonly Part[], at: number): Read | undefined {
  const part = parts[at];
  const unit = parts[at + 1];
  if (part?.is === 'unit' || part?.is === 'teen') return { value: part.value, next: at + 1 };
  if (part?.is !== 'ten') return undefined;
  return unit?.is === 'unit'
    ? { value: part.value + unit.value, next: at + 2 }
    : { value: part.value, next: at + 1 };
}

/** A number below 1,000, or one such as `fifteen hundred`. */
function readGroup(parts: readonly Part[], at: number): Read | undefined {
  const article = parts[at]?.is === 'a' ? { value: 1, next: at + 1 } : undefined;
  const small = article ?? readBelowHundred(parts, at);
  if (small === undefined || parts[small.next]?.is !== 'hundred') return small;
  if (small.value >= 10 && small.value % 10 === 0) return undefined;
  const hundreds = { value: small.value * 100, next: small.next + 1 };
  const and = parts[hundreds.next]?.is === 'and' ? 1 : 0;
  const rest = readBelowHundred(parts, hundreds.next + and);
  return rest === undefined ? hundreds : { value: hundreds.value + rest.value, next: rest.next };
}

function readCardinal(parts: readonly Part[]): number | undefined {
  if (parts.length === 1 && parts[0]?.is === 'zero') return 0;
  let total = 0;
  let room = Infinity;
  let at = 0;
  while (at < parts.length) {
    if (at > 0 && parts[at]?.is === 'and') at += 1;
    const group = readGroup(parts, at);
    if (group === undefined) return undefined;
    const scale = parts[group.next];
    const factor = scale?.is === 'scale' ? scale.value : 1;
    const amount = group.value * factor;
    if (amount >= room || (factor > 1 && group.value >= 1000)) return undefined;
    total += amount;
    room = factor;
    at = group.next + (factor > 1 ? 1 : 0);
    if (factor === 1) break;
  }
  return at === parts.length && at > 0 ? total : undefined;
}

function readElided(parts: readonly Part[]): number | undefined {
  const [first, second, third] = parts;
  if (first?.is !== 'unit') return undefined;
  if (second?.is === 'oh' && third?.is === 'unit' && parts.length === 3)
    return first.value * 100 + third.value;
  const rest = readBelowHundred(parts, 1);
  if (rest === undefined || rest.next !== parts.length || rest.value < 10) return undefined;
  return first.value * 100 + rest.value;
}

function readPair(parts: readonly Part[]): SpokenNumber | undefined {
  const high = readBelowHundred(parts, 0);
  if (high === undefined || high.value < 10) return undefined;
  const oh = parts[high.next]?.is === 'oh';
  const low = readBelowHundred(parts, high.next + (oh ? 1 : 0));
  if (low === undefined || low.next !== parts.length || low.value < 10 !== oh) return undefined;
  return { is: 'pair', high: high.value, low: low.value, length: parts.length };
}

function readDigits(parts: readonly Part[]): (Digits & { readonly is: 'digits' }) | undefined {
  let digits = '';
  for (let at = 0; at < parts.length; at++) {
    const part = parts[at];
    const times = part?.is === 'double' ? 2 : part?.is === 'triple' ? 3 : 1;
    if (times > 1) at += 1;
    const digit = digitOf(parts[at]);
    if (digit === undefined) return undefined;
    digits += digit.repeat(times);
  }
  return { is: 'digits', digits, length: parts.length };
}

function digitOf(part: Part | undefined): string | undefined {
  if (part?.is === 'zero' || part?.is === 'oh') return '0';
  return part?.is === 'unit' ? String(part.value) : undefined;
}

function withHalf(tokens: readonly Token[], at: number, number: PlainNumber): PlainNumber {
  if (number.digits.includes('.') || number.digits.length > 3) return number;
  const end = at + number.length;
  for (const [words, decimals] of PARTS_OF_ONE) {
    const said = words.every(
      (word, index) =>
        tokens[end + index]?.lower === word && adjoins(tokens[end + index - 1], tokens[end + index]),
    );
    if (said) {
      const length = number.length + words.length;
      return { is: 'decimal', digits: `${number.digits}.${decimals}`, length, half: true };
    }
  }
  return number;
}

const PARTS_OF_ONE = [
  [['and', 'a', 'half'], '5'],
  [['and', 'one', 'half'], '5'],
  [['and', 'a', 'quarter'], '25'],
  [['and', 'three', 'quarters'], '75'],
] as const;

/** `1,500` → `1500` and `.5` → `0.5`. */
function plainDigits(numeral: string): string {
  const digits = numeral.replaceAll(',', '');
  return digits.startsWith('.') ? `0${digits}` : digits;
}

/** Digits that may be an amount; `0800` is a time, or a part of a name. */
const NUMERAL = /^(?:[1-9]\d{0,2}(?:,\d{3})+|0|[1-9]\d*)?(?:\.\d+)?$(?<=\d)/u;
