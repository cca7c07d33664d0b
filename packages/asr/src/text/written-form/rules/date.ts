import { isPlain } from '../number-text.js';
import { wordBefore, wordBehind, writeAs, writePieces, type Rewriting, type Rule } from '../rule.js';
import { numberAt, type SpokenNumber } from '../spoken-number.js';
import { adjoins, type Token } from '../token.js';
import { unitBehind } from './measure.js';

/** `march third twenty twenty four` → `March 3, 2024`, `june twenty nineteen` → `June 2019`, `in twenty ten` → `in 2010`. */
export const date: Rule = (tokens, at) => {
  const month = monthAt(tokens, at);
  return month === undefined ? yearAlone(tokens, at) : monthDate(tokens, at, month);
};

/** The day at `at`, as an ordinal or a number, and how many tokens it takes. */
interface Day {
  readonly day: number;
  readonly length: number;
  readonly ordinal: boolean;
}

function monthDate(tokens: readonly Token[], at: number, month: string): Rewriting | undefined {
  if (wordBehind(tokens, at, 1) === undefined) return undefined;
  const day = dayAt(tokens, at + 1);
  if (day !== undefined && isMeant(tokens, at, day)) return dayOfMonth(tokens, at, month, day);
  if (VERBS.has(tokens[at]?.lower ?? '') && !isCapital(tokens, at)) return undefined;
  const year = yearAt(tokens, at + 1);
  return year === undefined
    ? undefined
    : writePieces({ text: month, length: 1 }, { text: year.text, length: year.length });
}

function dayOfMonth(tokens: readonly Token[], at: number, month: string, { day, length }: Day): Rewriting {
  const end = at + 1 + length;
  const comma = tokens[end - 1]?.after === ',' && tokens[end]?.before === '';
  const year = comma || adjoins(tokens[end - 1], tokens[end]) ? yearAt(tokens, end) : undefined;
  if (year === undefined) return writePieces({ text: month, length: 1 }, { text: String(day), length });
  return writePieces(
    { text: month, length: 1 },
    { text: `${String(day)},`, length },
    { text: year.text, length: year.length },
  );
}

/** Whether a month is meant: `may` and `march` may be verbs, unless a weekday, a year or a preposition shows otherwise. */
function isMeant(tokens: readonly Token[], at: number, { ordinal, length }: Day): boolean {
  const word = tokens[at]?.lower ?? '';
  if (!VERBS.has(word)) return true;
  if (!ordinal) return isCapital(tokens, at);
  if (word === 'march' || isCapital(tokens, at)) return true;
  return PREPOSITIONS.has(wordBefore(tokens, at) ?? '') || yearAt(tokens, at + 1 + length) !== undefined;
}

function isCapital(tokens: readonly Token[], at: number): boolean {
  const startsSentence = at === 0 || /[.?!]/u.test(tokens[at - 1]?.after ?? '');
  return !startsSentence && /^\p{Lu}/u.test(tokens[at]?.text ?? '');
}

function dayAt(tokens: readonly Token[], at: number): Day | undefined {
  const written = /^([12]?\d|3[01])(?:st|nd|rd|th)$/u.exec(tokens[at]?.text ?? '');
  if (written !== null) return { day: Number(written[1]), length: 1, ordinal: true };
  const ordinal = ordinalDay(tokens, at);
  if (ordinal !== undefined) return ordinal;
  const number = numberAt(tokens, at);
  // "March three twenty twenty four" and the like run into the year.
  if (number === undefined || !isPlain(number)) return undefined;
  const day = Number(number.digits);
  if (!Number.isInteger(day) || day < 1 || day > 31) return undefined;
  if (unitBehind(tokens, at, number.length) !== undefined) return undefined;
  return { day, length: number.length, ordinal: false };
}

function ordinalDay(tokens: readonly Token[], at: number): Day | undefined {
  const first = tokens[at];
  const second = tokens[at + 1];
  if (first === undefined) return undefined;
  const single = DAYS.get(first.lower);
  if (single !== undefined) return { day: single, length: 1, ordinal: true };
  const unit = second === undefined || !adjoins(first, second) ? undefined : DAYS.get(second.lower);
  const tens = first.lower === 'twenty' ? 20 : first.lower === 'thirty' ? 30 : undefined;
  if (tens === undefined || unit === undefined || unit > 9 || tens + unit > 31) return undefined;
  return { day: tens + unit, length: 2, ordinal: true };
}

/** A year by itself, after a word that shows it, or of the last century. */
function yearAlone(tokens: readonly Token[], at: number): Rewriting | undefined {
  const number = numberAt(tokens, at);
  if (number?.is !== 'pair') return undefined;
  const year = yearOf(number);
  if (year === undefined || unitBehind(tokens, at, number.length) !== undefined) return undefined;
  const said = BEFORE_YEARS.has(wordBefore(tokens, at) ?? '') || number.high === 19;
  return said ? writeAs(year, number.length) : undefined;
}

function yearAt(
  tokens: readonly Token[],
  at: number,
): { readonly text: string; readonly length: number } | undefined {
  // Years are written without a comma: 1,800 counts something.
  if (/\d,\d/u.test(tokens[at]?.text ?? '')) return undefined;
  const number = numberAt(tokens, at);
  const text = number === undefined ? undefined : yearOf(number);
  if (number === undefined || text === undefined) return undefined;
  if (unitBehind(tokens, at, number.length) !== undefined) return undefined;
  return { text, length: number.length };
}

/** A year as it is spoken, from 1800 to 2099. */
export function yearOf(number: SpokenNumber): string | undefined {
  if (number.is === 'pair') {
    const year = number.high * 100 + number.low;
    return year >= 1800 && year <= 2099 ? String(year) : undefined;
  }
  return isPlain(number) && /^(?:18|19|20)\d\d$/u.test(number.digits) ? number.digits : undefined;
}

function monthAt(tokens: readonly Token[], at: number): string | undefined {
  const word = tokens[at]?.lower ?? '';
  return MONTHS.has(word) ? word.charAt(0).toUpperCase() + word.slice(1) : undefined;
}

const MONTHS: ReadonlySet<string> = new Set([
  ...['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september', 'october'],
  ...['november', 'december'],
]);

const VERBS: ReadonlySet<string> = new Set(['march', 'may']);

const PREPOSITIONS: ReadonlySet<string> = new Set([
  'on',
  'since',
  'until',
  'by',
  'from',
  'of',
  'before',
  'after',
  'dated',
]);

const BEFORE_YEARS: ReadonlySet<string> = new Set([
  ...[
    'in',
    'since',
    'year',
    'circa',
    'early',
    'late',
    'mid',
    'during',
    'until',
    'summer',
    'winter',
    'spring',
  ],
]);

const DAYS: ReadonlyMap<string, number> = new Map([
  ...[
    ...['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth', 'tenth'],
    ...['eleventh', 'twelfth', 'thirteenth', 'fourteenth', 'fifteenth', 'sixteenth', 'seventeenth'],
    ...['eighteenth', 'nineteenth', 'twentieth'],
  ].map((word, index) => [word, index + 1] as const),
  ['thirtieth', 30],
]);
