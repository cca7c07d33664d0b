import type { Span } from '../fields/edit.js';

/**
 * Where words stand last in the part of a text before `until`, whatever their case, punctuation and hyphens, and with numbers as
 * they are said in English. They are whole words there: `5` is not found in `25`, `2.5`, `B5`, `-5` or `5%`.
 */
export function lastOccurrence(text: string, words: string, until: number): Span | undefined {
  const wanted = saidWords(words);
  const there = saidWords(text).filter(({ end }) => end <= until);
  for (let from = there.length - wanted.length; from >= 0 && wanted.length > 0; from--) {
    const found = there.slice(from, from + wanted.length);
    if (!found.every(({ said }, at) => said === wanted[at]?.said)) continue;
    const [start, end] = [found[0]?.start ?? 0, found.at(-1)?.end ?? 0];
    // Not a part of what is said in several words, nor of what is written without a space.
    const isPart = there[from - 1]?.start === start || there[from + wanted.length]?.end === end;
    if (isPart || /[\p{L}\p{N}]$/u.test(text.slice(0, start)) || /^[\p{L}\p{N}%‰]/u.test(text.slice(end)))
      continue;
    return { start, end };
  }
  return undefined;
}

/** The same for texts that are said in the same way; empty if there is nothing to be said. */
export function saidForm(text: string): string {
  return saidWords(text)
    .map(({ said }) => said)
    .join(' ');
}

/** A piece of a text that is said by itself, and the word that it is, or is a part of: `25` is two. */
interface SaidWord extends Span {
  readonly said: string;
}

/** A number with its sign and whatever makes another number of it, a word, or a sign that is said. */
const WORD =
  /(?<![\p{L}\p{N}])[-+−–]?[.,]?\p{N}+(?:[.,:/]\p{N}+)*|\p{N}+(?:[.,:/]\p{N}+)*|[\p{L}\p{M}]+(?:['’]\p{L}+)*|[^\s\p{L}\p{M}\p{N}\p{P}]|[%‰/&@#*]/gu;

function saidWords(text: string): readonly SaidWord[] {
  return [...text.matchAll(WORD)].flatMap(({ 0: word, index }) =>
    saidAs(word.normalize('NFKC').toLowerCase().replaceAll('’', "'")).map((said) => ({
      said,
      start: index,
      end: index + word.length,
    })),
  );
}

/** A number in words, if it is said in one way; anything else as it is. */
function saidAs(word: string): readonly string[] {
  const [, sign, whole, decimals] = /^([-+−–]?)(\d{1,3}(?:,\d{3})*|\d+)(?:\.(\d+))?$/.exec(word) ?? [];
  const before = cardinal((whole ?? '').replaceAll(',', ''));
  if (sign === undefined || before === undefined) return [word];
  const signed = sign === '' ? [] : [sign === '+' ? 'plus' : 'minus'];
  return [...signed, ...before, ...(decimals === undefined ? [] : ['point', ...digits(decimals)])];
}

function cardinal(number: string): readonly string[] | undefined {
  if (number === '' || /^0./.test(number) || number.length > 6) return undefined;
  const value = Number(number);
  const [thousands, rest] = [Math.floor(value / 1000), value % 1000];
  if (thousands === 0) return belowThousand(rest);
  return [...belowThousand(thousands), 'thousand', ...(rest === 0 ? [] : belowThousand(rest))];
}

function belowThousand(value: number): readonly string[] {
  if (value >= 100) {
    const rest = value % 100;
    return [name(value / 100), 'hundred', ...(rest === 0 ? [] : belowThousand(rest))];
  }
  if (value < 20) return [name(value)];
  return [TENS[Math.floor(value / 10) - 2] ?? '', ...(value % 10 === 0 ? [] : [name(value % 10)])];
}

function digits(decimals: string): readonly string[] {
  return Array.from(decimals, (digit) => name(Number(digit)));
}

function name(value: number): string {
  return SMALL[Math.floor(value)] ?? '';
}

const SMALL = (
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen ' +
  'eighteen nineteen'
).split(' ');
const TENS = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');
