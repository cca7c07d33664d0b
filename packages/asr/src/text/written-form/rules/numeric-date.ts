import { isPlain, isWhole } from '../number-text.js';
import { numberWord } from '../number-words.js';
import { keep, wordBehind, writeAs, type Rule } from '../rule.js';
import { numberAt } from '../spoken-number.js';
import { adjoins, type Token } from '../token.js';
import { yearOf } from './date.js';

/**
 * `three slash fourteen slash nineteen sixty two` → `3/14/1962`, also with dashes. Other numbers with more than one
 * slash or dash between them stay as they were spoken, since the words do not tell which of them belong together.
 */
export const numericDate: Rule = (tokens, at) => {
  const parts: Part[] = [];
  let length = 0;
  let separator: string | undefined;
  for (;;) {
    const part = partAt(tokens, at + length);
    if (part === undefined) return parts.length > 2 ? keep(length - 1) : undefined;
    parts.push(part);
    length += part.length;
    const behind = wordBehind(tokens, at, length);
    if (behind === undefined || !SEPARATORS.has(behind) || behind !== (separator ?? behind)) break;
    separator = behind;
    length += 1;
    if (wordBehind(tokens, at, length) === undefined) return parts.length > 1 ? keep(length) : undefined;
  }
  if (parts.length < 3) return shortDate(parts, separator, length);
  const text = dateText(parts, separator);
  return text === undefined ? keep(length) : writeAs(text, length);
};

interface Part {
  readonly text: string;
  readonly length: number;
}

const SEPARATORS: ReadonlyMap<string, string> = new Map([
  ['slash', '/'],
  ['dash', '-'],
]);

function partAt(tokens: readonly Token[], at: number): Part | undefined {
  const zero = numberWord(tokens[at]?.lower ?? '')?.is;
  if ((zero === 'oh' || zero === 'zero') && adjoins(tokens[at], tokens[at + 1])) {
    const digit = numberWord(tokens[at + 1]?.lower ?? '');
    return digit?.is === 'unit' ? { text: `0${String(digit.value)}`, length: 2 } : undefined;
  }
  const number = numberAt(tokens, at);
  if (number === undefined) return undefined;
  if (number.is === 'pair') return { text: yearOf(number) ?? '', length: number.length };
  return { text: isPlain(number) && isWhole(number) ? number.digits : '', length: number.length };
}

/** `oh three slash oh five`: the zeros show that it is a day of a month. */
function shortDate(parts: readonly Part[], separator: string | undefined, length: number) {
  const texts = parts.map(({ text }) => text);
  if (separator !== 'slash' || !texts.some((text) => text.startsWith('0'))) return undefined;
  return isDayOfMonth(texts) ? writeAs(texts.join('/'), length) : keep(length);
}

function dateText(parts: readonly Part[], separator = ''): string | undefined {
  const texts = parts.map(({ text }) => text);
  const year = texts[2] ?? '';
  const isYear = /^(?:18|19|20)\d\d$/u.test(year) || (separator === 'slash' && /^\d\d$/u.test(year));
  if (texts.length !== 3 || !isYear || !isDayOfMonth(texts)) return undefined;
  return texts.join(SEPARATORS.get(separator));
}

/** Whether two numbers can be a day and a month, in either order. */
function isDayOfMonth([first = '', second = '']: readonly string[]): boolean {
  const [one, other] = [first, second].map((text) => (/^\d{1,2}$/u.test(text) ? Number(text) : 0));
  if (one === undefined || other === undefined || one < 1 || other < 1) return false;
  return Math.min(one, other) <= 12 && Math.max(one, other) <= 31;
}
