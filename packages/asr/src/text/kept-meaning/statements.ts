import { LAST, SCALE_LINKS, NEGATIONS, SCALES } from './number-vocabulary.js';
import { numeralAt, type Numeral } from './numeral.js';
import { piecesOf, type Piece } from './pieces.js';

/** The parts of a text's meaning that must not get lost. */
export type Statement = NumberStatement | { readonly kind: 'negation'; readonly text: string };

/** A number, or a group of its digits that is written apart. */
interface NumberStatement {
  readonly kind: 'number';
  readonly digits: string;
  /** Whether only a sign is between it and the number before, so that both may be parts of one. */
  readonly near: boolean;
}

/** The statements of words as they were heard, in order: number words in a row are one number, and so are figures. */
export function heardStatements(words: readonly string[]): Statement[] {
  return statements(words, (number, before) => number.touches && number.inFigures === before.inFigures);
}

/**
 * The statements of a written text: figures are numbers as they stand, and number words beside them are separate
 * ones.
 */
export function writtenStatements(words: readonly string[]): Statement[] {
  return statements(words, (number, before) => number.touches && !number.inFigures && !before.inFigures);
}

interface FoundNumber extends Numeral {
  readonly start: number;
  readonly inFigures: boolean;
  /** Whether nothing is between it and the number before. */
  readonly touches: boolean;
  readonly near: boolean;
}

type Found = (FoundNumber & { readonly kind: 'number' }) | (Statement & { readonly kind: 'negation' });

function statements(
  words: readonly string[],
  areOne: (number: FoundNumber, before: FoundNumber) => boolean,
): Statement[] {
  const pieces = piecesOf(words);
  const found: Found[] = [];
  for (let at = 0; at < pieces.length;) {
    const numeral = numeralAt(pieces, at);
    const text = pieces[at]?.text ?? '';
    if (numeral) add(found, pieces, at, numeral, areOne);
    else if (NEGATIONS.has(text) || /n['’]t$/u.test(text)) found.push({ kind: 'negation', text });
    else if (isMinus(pieces, at)) found.push({ kind: 'negation', text: 'minus' });
    at = numeral?.end ?? at + 1;
  }
  return withSharedScales(pieces, found);
}

function add(
  found: Found[],
  pieces: readonly Piece[],
  start: number,
  numeral: Numeral,
  areOne: (number: FoundNumber, before: FoundNumber) => boolean,
): void {
  const before = found.at(-1);
  const inFigures = pieces[start]?.kind === 'figures';
  const between = before?.kind === 'number' ? pieces.slice(before.end, start) : undefined;
  // An ordinal ends a number, and an article begins one.
  const parts = /^an?$/u.test(pieces[start]?.text ?? '') || LAST.has(pieces[start - 1]?.text ?? '');
  const touches = between?.length === 0 && pieces[start]?.parted === false && !parts;
  const near =
    before?.kind === 'number' &&
    before.inFigures === inFigures &&
    between?.every((piece, at) => isJoint(between, piece, at, pieces[start])) === true;
  const number = { kind: 'number' as const, ...numeral, start, inFigures, touches, near };
  if (before?.kind !== 'number' || !areOne(number, before)) {
    found.push(number);
    return;
  }
  found[found.length - 1] = {
    ...number,
    digits: before.digits + number.digits,
    start: before.start,
    near: before.near,
    counts: [],
  };
}

/** A sign, or letters that are one name with the figures beside them: `5th`, `L5`. */
function isJoint(between: readonly Piece[], piece: Piece, at: number, next: Piece | undefined): boolean {
  return piece.kind === 'sign' || piece.glued || (between[at + 1] ?? next)?.glued === true;
}

function isMinus(pieces: readonly Piece[], at: number): boolean {
  const [piece, next] = [pieces[at], pieces[at + 1]];
  if (piece?.text === 'minus') return true;
  if (piece?.text === 'negative') return numeralAt(pieces, at + 1) !== undefined;
  return (
    (piece?.text === '-' || piece?.text === '−') && !piece.glued && next?.kind === 'figures' && next.glued
  );
}

/**
 * Reads `five to ten thousand` as 5,000 to 10,000. A number in words beside one in figures has a scale of its own.
 */
function withSharedScales(pieces: readonly Piece[], found: readonly Found[]): Statement[] {
  const read = [...found];
  const shared = new Set<number>();
  for (let at = read.length - 2; at >= 0; at--) {
    const [one, other] = [read[at], read[at + 1]];
    if (one?.kind !== 'number' || other?.kind !== 'number' || one.inFigures !== other.inFigures) continue;
    const link = linkBetween(pieces.slice(one.end, other.start));
    if (link === undefined || (link === ',' && !shared.has(at + 1))) continue;
    const value = Number(one.digits);
    const own = one.counts.at(-1)?.[1] ?? 1;
    const scales = other.counts.filter(([count, scale]) => value > 0 && value < count && own < scale);
    const scale = Math.max(...scales.map(([, size]) => size));
    if (scales.length === 0) continue;
    shared.add(at);
    read[at] = { ...one, digits: String(Math.round(value * scale * 1e6) / 1e6), counts: [[value, scale]] };
  }
  return read.map((one) =>
    one.kind === 'number' ? { kind: 'number', digits: one.digits, near: one.near } : one,
  );
}

function linkBetween(between: readonly Piece[]): string | undefined {
  const [first, second] = between;
  const link = between.length === 2 && first?.text === ',' ? second?.text : first?.text;
  return link !== undefined && between.length <= 2 && SCALE_LINKS.has(link) && !SCALES.has(link)
    ? link
    : undefined;
}
