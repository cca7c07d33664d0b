import { numberAt } from './spoken-number.js';
import type { Piece, Rewriting, Rule } from './rule.js';
import { age } from './rules/age.js';
import { date } from './rules/date.js';
import { measure } from './rules/measure.js';
import { spelledName } from './rules/name.js';
import { ordinal } from './rules/ordinal.js';
import { plain } from './rules/plain.js';
import { range } from './rules/range.js';
import { ratio } from './rules/ratio.js';
import { signed } from './rules/signed.js';
import { spinalLevel } from './rules/spinal-level.js';
import { telephone } from './rules/telephone.js';
import { time } from './rules/time.js';
import { tokenize, type Token } from './token.js';

/** A written word, and the spoken words that it stands for. */
export interface WrittenWord {
  readonly text: string;
  /** Number of the first spoken word. */
  readonly first: number;
  /** Number of the last. */
  readonly last: number;
}

/** Which ends of the words may be the middle of a number. */
export interface OpenEnds {
  readonly start: boolean;
  readonly end: boolean;
}

/** The first that knows what it sees writes it. */
const RULES: readonly Rule[] = [
  spelledName,
  spinalLevel,
  date,
  time,
  age,
  ratio,
  range,
  signed,
  measure,
  telephone,
  ordinal,
  plain,
];

/**
 * English words in a row, with punctuation, in written form. A number at an open end stays as it was spoken, as more
 * of it may stand on the other side.
 */
export function writeWords(
  words: readonly string[],
  open: OpenEnds = { start: false, end: false },
): WrittenWord[] {
  const all = tokenize(words);
  const from = open.start ? afterOpenStart(all) : 0;
  const to = open.end ? beforeOpenEnd(all) : all.length;
  const tokens = all.slice(0, to);
  const written: WrittenWord[] = spokenWords(words, all, 0, from);
  let at = from;
  while (at < tokens.length) {
    const rewriting = rewrite(tokens, at);
    const length = rewriting === undefined ? wordLength(tokens, at) : lengthOf(rewriting);
    if (rewriting?.is === 'written') written.push(...writtenWords(tokens, at, rewriting.pieces));
    else written.push(...spokenWords(words, tokens, at, at + length));
    at += length;
  }
  return [...written, ...spokenWords(words, all, at, all.length)];
}

/** Whether words end in what may be a number's beginning: `one hundred`, or `one forty over`. */
export function endsInNumber(words: readonly string[]): boolean {
  const tokens = tokenize(words);
  return beforeOpenEnd(tokens) < tokens.length;
}

/** Whether words begin with what may be a number's end. */
export function beginsWithNumber(words: readonly string[]): boolean {
  return afterOpenStart(tokenize(words)) > 0;
}

function rewrite(tokens: readonly Token[], at: number): Rewriting | undefined {
  for (const rule of RULES) {
    const rewriting = rule(tokens, at);
    if (rewriting !== undefined && endsWithWord(tokens, at, rewriting)) return rewriting;
  }
  return undefined;
}

/** Words are written whole: one that is spelt together cannot be parted between two rules. */
function endsWithWord(tokens: readonly Token[], at: number, rewriting: Rewriting): boolean {
  return tokens[at]?.beginsWord === true && tokens[at + lengthOf(rewriting) - 1]?.endsWord === true;
}

function lengthOf(rewriting: Rewriting): number {
  if (rewriting.is === 'kept') return rewriting.length;
  return rewriting.pieces.reduce((sum, { length }) => sum + length, 0);
}

/** The tokens of the word at `at`. */
function wordLength(tokens: readonly Token[], at: number): number {
  let length = 1;
  while (tokens[at + length]?.beginsWord === false) length += 1;
  return length;
}

function writtenWords(tokens: readonly Token[], at: number, pieces: readonly Piece[]): WrittenWord[] {
  const written: WrittenWord[] = [];
  let next = at;
  for (const [index, { text, length }] of pieces.entries()) {
    const first = tokens[next];
    const last = tokens[next + length - 1];
    const before = index === 0 ? (first?.before ?? '') : '';
    const after = index === pieces.length - 1 ? (last?.after ?? '') : '';
    const texts = `${before}${text}${after}`.split(' ');
    for (const one of texts) written.push({ text: one, first: first?.word ?? 0, last: last?.word ?? 0 });
    next += length;
  }
  return written;
}

function spokenWords(
  words: readonly string[],
  tokens: readonly Token[],
  from: number,
  to: number,
): WrittenWord[] {
  const numbers = [...new Set(tokens.slice(from, to).map(({ word }) => word))];
  return numbers.map((word) => ({ text: withoutNakedPoint(words[word] ?? ''), first: word, last: word }));
}

/** `.5` is never left as it is: the point is overlooked (ISMP). */
function withoutNakedPoint(word: string): string {
  return word.replace(/^([("“]*)\.(?=\d)/u, '$10.');
}

/** The token at which a number at the end begins, that may go on. */
function beforeOpenEnd(tokens: readonly Token[]): number {
  let from = tokens.length;
  while (from > 0 && isOpen(tokens, from - 1)) from -= 1;
  // What links numbers and stands before the first is no part of them.
  while (from < tokens.length && LINKS.has(tokens[from]?.lower ?? '')) from += 1;
  while (from > 0 && from < tokens.length && tokens[from]?.beginsWord === false) from -= 1;
  return from;
}

function isOpen(tokens: readonly Token[], at: number): boolean {
  const token = tokens[at];
  if (token === undefined || (at < tokens.length - 1 && token.after !== '')) return false;
  return LINKS.has(token.lower) || numberAt([token], 0) !== undefined;
}

function afterOpenStart(tokens: readonly Token[]): number {
  let to = 0;
  while (to < tokens.length && isOpenAtStart(tokens, to)) to += 1;
  const isNumber = tokens.slice(0, to).some((token) => numberAt([token], 0) !== undefined);
  if (!isNumber) return 0;
  while (tokens[to]?.beginsWord === false) to += 1;
  return to;
}

function isOpenAtStart(tokens: readonly Token[], at: number): boolean {
  const token = tokens[at];
  if (token === undefined || (at > 0 && tokens[at - 1]?.after !== '')) return false;
  return LINKS.has(token.lower) || numberAt([token], 0) !== undefined;
}

/** Words that stand between the numbers of one. */
const LINKS: ReadonlySet<string> = new Set([
  'and',
  'over',
  'point',
  'oh',
  'o',
  'to',
  'slash',
  'dash',
  'by',
  'x',
  '×',
  'through',
]);
