import { ambiguousNumbers, type TokenRange } from './ambiguous-numbers.js';
import { isHesitation } from './number-links.js';
import { numberRuns } from './number-runs.js';
import { isDangling, isOnlyLinks, openHead, openTail } from './open-ends.js';
import type { WrittenPiece, Rewriting, Rule } from './rule.js';
import { age } from './rules/age.js';
import { date } from './rules/date.js';
import { errorProne } from './rules/error-prone.js';
import { measure } from './rules/measure.js';
import { spelledName } from './rules/name.js';
import { numericDate } from './rules/numeric-date.js';
import { ordinal } from './rules/ordinal.js';
import { plain } from './rules/plain.js';
import { range } from './rules/range.js';
import { ratio } from './rules/ratio.js';
import { signed } from './rules/signed.js';
import { spinalLevel } from './rules/spinal-level.js';
import { telephone } from './rules/telephone.js';
import { time } from './rules/time.js';
import { tumorStage } from './rules/tumor-stage.js';
import { tokenize, type Token } from './token.js';
import { unitNamed } from './unit-names.js';

/** A written word, and the spoken words that it stands for. */
export interface RewrittenWord {
  readonly text: string;
  /** Number of the first spoken word. */
  readonly first: number;
  /** Number of the last one. */
  readonly last: number;
}

/** The ends of the words at which a number may have been cut. */
export interface OpenEnds {
  readonly start: boolean;
  readonly end: boolean;
}

/** The rules; the first one that applies is used. */
const RULES: readonly Rule[] = [
  tumorStage,
  spelledName,
  errorProne,
  spinalLevel,
  numericDate,
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
 * Puts successive English words with punctuation into written form. A number at an open end stays as it was spoken,
 * since more of it may be on the other side; so does a number of which only a part could be written.
 */
export function writeWords(
  words: readonly string[],
  open: OpenEnds = { start: false, end: false },
): RewrittenWord[] {
  const tokens = tokenize(words);
  const head = open.start ? openHead(tokens) : 0;
  const stretches = wholeNumbers(tokens, rewriteAll(tokens, heldTokens(tokens, head, open.end)));
  const written = stretches.flatMap(({ from, to, pieces }) => {
    if (pieces !== undefined) return writtenWords(tokens, from, pieces);
    const spoken = spokenWords(words, tokens, from, to);
    // The digits before the point of ".5" may have been sent already.
    return from < head ? spoken : spoken.map((word) => ({ ...word, text: withoutNakedPoint(word.text) }));
  });
  return written
    .map((word, index) => withUnit(word, written[index - 1]))
    .map((word, index) => withoutDot(word, written[index + 1]));
}

/** Whether words end in what may be the beginning of a number: `one hundred`, or `one forty over`. */
export function endsInNumber(words: readonly string[]): boolean {
  const tokens = tokenize(words);
  return openTail(tokens) < tokens.length;
}

/** Whether words begin with what may be the end of a number. */
export function beginsWithNumber(words: readonly string[]): boolean {
  return openHead(tokenize(words)) > 0;
}

/** Whether words begin with the point of a number, or what comes after it. */
export function beginsWithPoint(words: readonly string[]): boolean {
  return /^["“(]*(?:point$|\.\d)/iu.test(words[0] ?? '') && beginsWithNumber(words);
}

/** Whether words end in one that sounds like a number: `her potassium is too`. */
export function endsInHomophone(words: readonly string[]): boolean {
  return HOMOPHONES.has(tokenize(words.slice(-1)).at(-1)?.lower ?? '');
}

const HOMOPHONES: ReadonlySet<string> = new Set([
  'too',
  'to',
  'for',
  'fore',
  'won',
  'ate',
  'tree',
  'tin',
  'sex',
  'sick',
]);

/** Whether words do no more than link what was said before with what follows: `and`, `uh`. */
export function linksNumbers(words: readonly string[]): boolean {
  return isOnlyLinks(tokenize(words));
}

/** Successive tokens that one rule has written, or that stay as they were spoken. */
interface Stretch {
  readonly from: number;
  /** The token after the last. */
  readonly to: number;
  readonly pieces?: readonly WrittenPiece[];
}

/** For each token, whether it has to stay as it was spoken. */
function heldTokens(tokens: readonly Token[], head: number, isOpen: boolean): readonly boolean[] {
  const held = tokens.map(() => false);
  const spans = [...ambiguousNumbers(tokens), ...hesitantNumbers(tokens), { from: 0, to: head }];
  if (isOpen || isDangling(tokens)) spans.push({ from: openTail(tokens), to: tokens.length });
  for (const { from, to } of spans) held.fill(true, from, to);
  return held;
}

/** Numbers that would belong together without a hesitation: `one hundred uh five` is not finished before the five. */
function hesitantNumbers(tokens: readonly Token[]): TokenRange[] {
  const places = indices(0, tokens.length).filter((at) => !isHesitation(tokens[at]));
  if (places.length === tokens.length) return [];
  const fluent = places.flatMap((place) => withoutPause(tokens, place));
  return [...numberRuns(fluent), ...rewriteAll(fluent, [])]
    .map(({ from, to }) => ({ from: places[from] ?? 0, to: (places[to - 1] ?? 0) + 1 }))
    .filter(({ from, to }) => tokens.slice(from, to).some(isHesitation));
}

function withoutPause(tokens: readonly Token[], at: number): readonly Token[] {
  const token = tokens[at];
  if (token === undefined) return [];
  return [
    {
      ...token,
      before: isHesitation(tokens[at - 1]) ? '' : token.before,
      after: isHesitation(tokens[at + 1]) ? '' : token.after,
    },
  ];
}

function rewriteAll(tokens: readonly Token[], held: readonly boolean[]): Stretch[] {
  const stretches: Stretch[] = [];
  let from = 0;
  while (from < tokens.length) {
    const rewriting = rewrite(tokens, from);
    const to = from + (rewriting === undefined ? wordLength(tokens, from) : lengthOf(rewriting));
    const isWritten = rewriting?.is === 'written' && !held.slice(from, to).includes(true);
    stretches.push(isWritten ? { from, to, pieces: rewriting.pieces } : { from, to });
    from = to;
  }
  return stretches;
}

/** Takes back written numbers if another part of them stayed as it was spoken: `10 to eleven`. */
function wholeNumbers(tokens: readonly Token[], stretches: readonly Stretch[]): readonly Stretch[] {
  const runs = numberRuns(tokens);
  let left = stretches;
  for (;;) {
    const written = new Set(
      left.flatMap(({ from, to, pieces }) => (pieces === undefined ? [] : indices(from, to))),
    );
    const halves = runs.filter(
      ({ spoken }) => spoken.some((at) => written.has(at)) && spoken.some((at) => !written.has(at)),
    );
    if (halves.length === 0) return left;
    left = left.map(({ from, to, pieces }) =>
      pieces === undefined || halves.some(({ spoken }) => spoken.some((at) => from <= at && at < to))
        ? { from, to }
        : { from, to, pieces },
    );
  }
}

function indices(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

function rewrite(tokens: readonly Token[], at: number): Rewriting | undefined {
  for (const rule of RULES) {
    const rewriting = rule(tokens, at);
    if (rewriting !== undefined && endsWithWord(tokens, at, rewriting)) return rewriting;
  }
  return undefined;
}

/** Whether a rewriting ends with a word: words are written whole, so a compound is not divided between two rules. */
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

function writtenWords(
  tokens: readonly Token[],
  at: number,
  pieces: readonly WrittenPiece[],
): RewrittenWord[] {
  const written: RewrittenWord[] = [];
  let next = at;
  for (const [index, piece] of pieces.entries()) {
    const { text, length } = piece;
    const first = tokens[next];
    const last = tokens[next + length - 1];
    const before = index === 0 ? (first?.before ?? '') : '';
    const after = piece.after ?? (index === pieces.length - 1 ? (last?.after ?? '') : '');
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
): RewrittenWord[] {
  const numbers = [...new Set(tokens.slice(from, to).map(({ word }) => word))];
  return numbers.map((word) => ({ text: words[word] ?? '', first: word, last: word }));
}

/** Writes out `U` and the like, even if the number before them stays as it is. */
function withUnit(word: RewrittenWord, before: RewrittenWord | undefined): RewrittenWord {
  const [, symbol, after = ''] = /^(U|u|IU|cc|[uµμ]g)([.,;:)]*)$/u.exec(word.text) ?? [];
  if (symbol === undefined) return word;
  const unit = unitNamed(symbol.toLowerCase())?.symbol;
  return unit !== undefined && /\d$/u.test(before?.text ?? '') ? { ...word, text: unit + after } : word;
}

/** Drops the dot of `mg.` within a sentence, which is mistaken for a 1 (ISMP). */
function withoutDot(word: RewrittenWord, next: RewrittenWord | undefined): RewrittenWord {
  const isUnit = /^(?:\d[\d.,–]*)?(?:mg|mcg|mL|kg|g|mEq|units?)\.$/u.test(word.text);
  return isUnit && /^\p{Ll}/u.test(next?.text ?? '') ? { ...word, text: word.text.slice(0, -1) } : word;
}

/**
 * `.5` is never left as it is, since the point is overlooked (ISMP). `.0` is the end of a number whose beginning is
 * missing.
 */
function withoutNakedPoint(word: string): string {
  return word.replace(/^([("“]*)\.(?=\d*[1-9])/u, '$10.');
}
