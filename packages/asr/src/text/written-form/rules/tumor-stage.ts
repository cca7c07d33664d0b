import { keep, wordBehind, writePieces, type WrittenPiece, type Rule } from '../rule.js';
import { adjoins, type Token } from '../token.js';

/**
 * `t two n one m zero` → `T2 N1 M0`, with prefixes (`p t one a p n x`) and commas between: the stage of a tumor as the
 * UICC writes it. If a part cannot be read, all of it stays as it was spoken.
 */
export const tumorStage: Rule = (tokens, at) => {
  const tumor = partAt(tokens, at, 'T');
  if (tumor === undefined) return undefined;
  const parts = [tumor];
  let length = tumor.length;
  for (const letter of ['N', 'M'] as const) {
    if (!follows(tokens, at + length) || !mayBegin(tokens, at + length, letter)) continue;
    const part = partAt(tokens, at + length, letter);
    if (part === undefined) return keep(length + 1);
    parts.push(part);
    length += part.length;
  }
  // "P t two" without the rest may be physical therapy.
  if (parts.length === 1 && isRange(tokens, at, tumor)) return keep(length);
  if (parts.length === 1) return tumor.prefix && tokens[at]?.lower.length === 1 ? keep(length) : undefined;
  return writePieces(...parts.map((part, index) => withComma(tokens, at, parts, index, part)));
};

/** `t one a to t two b`: from one stage to another, whose letters would be left over. */
function isRange(tokens: readonly Token[], at: number, { text, length }: Part): boolean {
  const joint = wordBehind(tokens, at, length) ?? '';
  return /[a-d]$/u.test(text) && ['', 'to', 'or', 'through'].includes(joint);
}

interface Part extends WrittenPiece {
  readonly prefix: boolean;
}

function withComma(
  tokens: readonly Token[],
  at: number,
  parts: readonly Part[],
  index: number,
  { text, length }: Part,
): WrittenPiece {
  if (index === parts.length - 1) return { text, length };
  const end = at + parts.slice(0, index + 1).reduce((sum, part) => sum + part.length, 0);
  return { text: text + (tokens[end - 1]?.after ?? ''), length };
}

/** Whether nothing but a space or a comma stands before the token. */
function follows(tokens: readonly Token[], at: number): boolean {
  const [left, right] = [tokens[at - 1], tokens[at]];
  return right?.before === '' && (left?.after === '' || left?.after === ',');
}

function mayBegin(tokens: readonly Token[], at: number, letter: 'T' | 'N' | 'M'): boolean {
  return letterAt(tokens, at, letter) !== undefined;
}

/** The letter with its prefixes, and what is written together with it. */
function letterAt(
  tokens: readonly Token[],
  at: number,
  letter: 'T' | 'N' | 'M',
): { readonly prefix: string; readonly value: string; readonly length: number } | undefined {
  let prefix = '';
  for (let index = at; index < at + MOST_PREFIXES + 1; index++) {
    const text = tokens[index]?.text ?? '';
    if (index > at && !adjoins(tokens[index - 1], tokens[index])) return undefined;
    const match = PATTERNS[letter].exec(text);
    if (match !== null) {
      const [, glued = '', value = ''] = match;
      return { prefix: prefix + glued.toLowerCase(), value, length: index - at + 1 };
    }
    if (!/^[pcyra]{1,2}$/iu.test(text)) return undefined;
    prefix += text.toLowerCase();
  }
  return undefined;
}

const MOST_PREFIXES = 2;

const PATTERNS = {
  T: /^([pcyra]{0,2})t(|[0-4x][a-d]?|is)$/iu,
  N: /^([pcyra]{0,2})n(|[0-3x][a-c]?)$/iu,
  M: /^([pcyra]{0,2})m(|[01x][a-d]?)$/iu,
} as const;

function partAt(tokens: readonly Token[], at: number, letter: 'T' | 'N' | 'M'): Part | undefined {
  const found = letterAt(tokens, at, letter);
  if (found === undefined) return undefined;
  const prefix = found.prefix !== '';
  if (found.value !== '')
    return { text: found.prefix + letter + written(found.value), length: found.length, prefix };
  const behind = at + found.length;
  if (!adjoins(tokens[behind - 1], tokens[behind])) return undefined;
  const value = VALUES.get(tokens[behind]?.lower ?? '');
  if (value === undefined || !LEVELS[letter].includes(value)) return undefined;
  const part = adjoins(tokens[behind], tokens[behind + 1]) ? (tokens[behind + 1]?.text ?? '') : '';
  const isPart = /^[a-d]$/iu.test(part) && value !== 'X' && value !== 'is' && !isPrefix(tokens, behind + 1);
  const text = `${found.prefix}${letter}${value}${isPart ? part.toLowerCase() : ''}`;
  return { text, length: found.length + 1 + (isPart ? 1 : 0), prefix };
}

/** Whether the letter belongs to what follows: `t two c n zero`. */
function isPrefix(tokens: readonly Token[], at: number): boolean {
  const letter = tokens[at]?.lower;
  if (letter !== 'c' || !adjoins(tokens[at], tokens[at + 1])) return false;
  return (['N', 'M'] as const).some((next) => mayBegin(tokens, at + 1, next));
}

function written(value: string): string {
  if (value.toLowerCase() === 'is') return 'is';
  return value.charAt(0).toUpperCase() + value.slice(1).toLowerCase();
}

const VALUES: ReadonlyMap<string, string> = new Map([
  ['zero', '0'],
  ['oh', '0'],
  ['o', '0'],
  ['one', '1'],
  ['two', '2'],
  ['three', '3'],
  ['four', '4'],
  ...['0', '1', '2', '3', '4'].map((digit) => [digit, digit] as const),
  ['x', 'X'],
  ['is', 'is'],
]);

const LEVELS: Readonly<Record<'T' | 'N' | 'M', readonly string[]>> = {
  T: ['0', '1', '2', '3', '4', 'X', 'is'],
  N: ['0', '1', '2', '3', 'X'],
  M: ['0', '1', 'X'],
};
