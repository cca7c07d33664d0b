import { cardinalOf } from '../number-words.js';
import { keep, wordBehind, writeAs, type Rule } from '../rule.js';
import { numberAt } from '../spoken-number.js';
import type { Token } from '../token.js';
import { isDoseForm } from '../unit-names.js';

/** `twenty first` → `21st`, from tenth on; `two thirds` → `2/3`. */
export const ordinal: Rule = (tokens, at) => fraction(tokens, at) ?? longOrdinal(tokens, at);

const longOrdinal: Rule = (tokens, at) => {
  const end = ordinalEnd(tokens, at);
  if (end === undefined) return undefined;
  const length = end - at + 1;
  const last = tokens[end];
  const cardinal = last && cardinalOf(last.lower);
  if (last === undefined || cardinal === undefined) return undefined;
  const spelled = [...tokens.slice(at, end), { ...last, lower: cardinal, text: cardinal }];
  const number = numberAt(spelled, 0);
  // These words form no single whole number: "one third", "one forty second".
  if (number?.is !== 'cardinal' || number.length !== length) return keep(length);
  const value = Number(number.digits);
  // "Thirty second" may be half a minute.
  if (value < 10 || (last.lower === 'second' && length > 1)) return keep(length);
  return writeAs(number.digits + endingOf(value), length);
};

/** The end of the ordinal that begins at `at`, perhaps with cardinals. */
function ordinalEnd(tokens: readonly Token[], at: number): number | undefined {
  if (tokens[at] !== undefined && cardinalOf(tokens[at].lower) !== undefined) return at;
  const number = numberAt(tokens, at);
  if (number === undefined || number.is === 'numeral') return undefined;
  const behind = wordBehind(tokens, at, number.length);
  if (behind === 'and' && ['hundred', 'thousand'].includes(tokens[at + number.length - 1]?.lower ?? '')) {
    const next = wordBehind(tokens, at, number.length + 1);
    return next !== undefined && cardinalOf(next) !== undefined ? at + number.length + 1 : undefined;
  }
  return behind !== undefined && cardinalOf(behind) !== undefined ? at + number.length : undefined;
}

const fraction: Rule = (tokens, at) => {
  const number = numberAt(tokens, at);
  if (number?.is !== 'cardinal' || Number(number.digits) > 9) return undefined;
  const name = wordBehind(tokens, at, number.length);
  const parts = name === undefined ? undefined : PARTS.get(name);
  if (name === undefined || parts === undefined) return undefined;
  const length = number.length + 1;
  const singular = SINGULAR.test(name);
  if ((number.digits === '1') !== singular || number.digits === '0') return undefined;
  const behind = wordBehind(tokens, at, length);
  // Half a tablet is written in words, and so is "one half to one tablet"; "one third degree burn" is one burn.
  if (isDoseForm(behind) || isJoined(tokens, at, length) || (singular && !ENDS.has(behind ?? 'of')))
    return keep(length);
  return writeAs(`${number.digits}/${String(parts)}`, length);
};

/** Whether another number follows that belongs to the one of `length` tokens. */
function isJoined(tokens: readonly Token[], at: number, length: number): boolean {
  const joint = wordBehind(tokens, at, length);
  if (joint !== 'to' && joint !== 'or') return false;
  return wordBehind(tokens, at, length + 1) !== undefined && numberAt(tokens, at + length + 1) !== undefined;
}

/** Words that may follow a fraction; after `one third`, any other could be the noun of an ordinal. */
const ENDS: ReadonlySet<string> = new Set(['of', 'the', 'and', 'or', 'to', 'normal']);

const SINGULAR = /(?:half|third|quarter|th)$/u;

const PARTS: ReadonlyMap<string, number> = new Map([
  ['half', 2],
  ['halves', 2],
  ...(
    [
      ['third', 3],
      ['quarter', 4],
      ['fourth', 4],
      ['fifth', 5],
      ['sixth', 6],
      ['eighth', 8],
      ['tenth', 10],
    ] as const
  ).flatMap(([name, parts]) => [[name, parts] as const, [`${name}s`, parts] as const]),
]);

function endingOf(value: number): string {
  if (value % 100 >= 11 && value % 100 <= 13) return 'th';
  return ['th', 'st', 'nd', 'rd'][value % 10] ?? 'th';
}
