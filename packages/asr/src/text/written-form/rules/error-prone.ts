import { says, writeAs, writePieces, type Rule } from '../rule.js';
import { adjoins, type Token } from '../token.js';
import { isUnitWord } from '../unit-names.js';

/**
 * Abbreviations that a model may write by itself and that ISMP's "List of Error-Prone Abbreviations" replaces: `q.d.`
 * → `daily`. The last dot of the abbreviation goes with it, unless the sentence ends there. Abbreviations with two
 * meanings (`HS`, `OD`, `AU`, `MS`) stay.
 */
export const errorProne: Rule = (tokens, at) =>
  dailyAt(tokens, at) ?? underTheSkin(tokens, at) ?? abbreviation(tokens, at);

/** `sub q`, whose `q` is mistaken for "every". */
const underTheSkin: Rule = (tokens, at) => {
  if (says(tokens, at, 'sub', 'q')) return writeAs('subcutaneously', 2);
  return ['sub-q', 'subq'].includes(tokens[at]?.lower ?? '') ? writeAs('subcutaneously', 1) : undefined;
};

const abbreviation: Rule = (tokens, at) => {
  for (let length = MOST_LETTERS; length > 0; length--) {
    const letters = lettersAt(tokens, at, length);
    const text = letters === undefined ? undefined : meaningOf(tokens, at, length, letters);
    if (text === undefined) continue;
    const after = afterAbbreviation(tokens, at, length);
    return writePieces({ text, length, after });
  }
  return undefined;
};

/** `q6PM` → `daily at 6 PM` */
const dailyAt: Rule = (tokens, at) => {
  const match = /^q(1[0-2]|[1-9])([ap])m$/iu.exec(tokens[at]?.text ?? '');
  return match === null
    ? undefined
    : writeAs(`daily at ${match[1] ?? ''} ${(match[2] ?? '').toUpperCase()}M`, 1);
};

const MOST_LETTERS = 3;

/** Tokens as one abbreviation in lower case without dots: `q.o.d`, or the three of `q. o. d.`. */
function lettersAt(tokens: readonly Token[], at: number, length: number): string | undefined {
  const parts = tokens.slice(at, at + length);
  if (parts.length < length) return undefined;
  const isSpelled = parts.every(({ text }) => text.length === 1);
  const isJoined = parts.slice(0, -1).every(({ after }, index) => {
    const next = parts[index + 1];
    return next?.before === '' && (after === '.' || after === '');
  });
  if (length > 1 && !(isSpelled && isJoined)) return undefined;
  return parts.map(({ lower }) => lower.replaceAll('.', '')).join('');
}

function meaningOf(
  tokens: readonly Token[],
  at: number,
  length: number,
  letters: string,
): string | undefined {
  // Letters said one by one may be anything, unless they are those of a frequency.
  if (length > 1 && !letters.startsWith('q') && !ROUTES.has(letters)) return undefined;
  if (ROUTES.has(letters)) return isDosed(tokens, at) ? 'subcutaneously' : undefined;
  return MEANINGS.get(letters);
}

/** Whether an amount comes before: elsewhere, `SC` may be a joint. */
function isDosed(tokens: readonly Token[], at: number): boolean {
  const before = tokens[at - 1];
  return adjoins(before, tokens[at]) && before !== undefined && isUnitWord(before.lower);
}

/** Punctuation after an abbreviation, without the dot that belongs to it. */
function afterAbbreviation(tokens: readonly Token[], at: number, length: number): string {
  const last = tokens[at + length - 1];
  const after = last?.after ?? '';
  if (!after.startsWith('.')) return after;
  const rest = after.slice(1);
  if (/[,;:.?!]/u.test(rest)) return rest;
  const next = tokens[at + length];
  const dotted = length > 1 || (last?.text.includes('.') ?? false);
  if (next === undefined || beginsSentence(next) || (!dotted && !/^\p{Ll}/u.test(next.text))) return after;
  return rest;
}

function beginsSentence({ text }: Token): boolean {
  return /^\p{Lu}(?:\p{Ll}|$)/u.test(text);
}

const MEANINGS: ReadonlyMap<string, string> = new Map([
  ['qd', 'daily'],
  ['qday', 'daily'],
  ['q1d', 'daily'],
  ['qod', 'every other day'],
  ['qhs', 'at bedtime'],
  ['qn', 'nightly'],
  ['biw', '2 times weekly'],
  ['tiw', '3 times weekly'],
  ['iu', 'units'],
  ['ius', 'units'],
]);

const ROUTES: ReadonlySet<string> = new Set(['sc', 'sq']);
