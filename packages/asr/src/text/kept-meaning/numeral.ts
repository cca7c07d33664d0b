import { LAST, PARTS, SCALES, SMALL, TENS, TIMES } from './number-vocabulary.js';
import type { Piece } from './pieces.js';

/** A number among the pieces of a text. */
export interface Numeral {
  /** The piece after it. */
  readonly end: number;
  /** Its digits, with a point if it has one: `.5` for a half, and no superfluous zeros after the point. */
  readonly digits: string;
  /** Count and scale, if it ends with a scale: 10 and 1,000 for `ten thousand`. */
  readonly counts: readonly (readonly [count: number, scale: number])[];
}

/**
 * The number that begins at a piece: the longest that these words form by themselves. Undefined if there is none.
 */
export function numeralAt(pieces: readonly Piece[], at: number): Numeral | undefined {
  const start = isArticleOfNumber(pieces, at) ? at + 1 : at;
  const part = partAt(pieces, start);
  if (part) return part;
  const repeated = repeatedAt(pieces, start);
  if (repeated) return repeated;
  const whole = inFigures(pieces, start) ?? cardinalAt(pieces, start);
  const point = whole?.end ?? start;
  const decimal = wordAt(pieces, point, start) === 'point' ? decimalsAt(pieces, point + 1) : undefined;
  if (decimal) {
    // Zeros alone are no number yet: `point oh` still lacks its last digit.
    const isOpen = whole === undefined && /^0*$/u.test(decimal.digits);
    const digits = isOpen ? `point ${decimal.digits}` : tidy(`${whole?.digits ?? '0'}.${decimal.digits}`);
    return scaled(pieces, { end: decimal.end, digits, counts: [] });
  }
  if (!whole) return undefined;
  return scaled(pieces, withPart(pieces, whole));
}

/** The word at a place, if it can continue a number, as no clause ends before it. */
function wordAt(pieces: readonly Piece[], at: number, start: number): string | undefined {
  const piece = pieces[at];
  return piece?.kind === 'word' && (at === start || !piece.parted) ? piece.text : undefined;
}

function isArticleOfNumber(pieces: readonly Piece[], at: number): boolean {
  const text = wordAt(pieces, at, at);
  const next = wordAt(pieces, at + 1, at) ?? '';
  return (text === 'a' || text === 'an') && (SCALES.has(next) || PARTS.has(next));
}

function inFigures(pieces: readonly Piece[], at: number): Numeral | undefined {
  const piece = pieces[at];
  return piece?.kind === 'figures' ? { end: at + 1, digits: tidy(piece.text), counts: [] } : undefined;
}

/** A cardinal in words, up to the end of the first one: `one twenty` are two. */
function cardinalAt(pieces: readonly Piece[], start: number): Numeral | undefined {
  let total = 0;
  let current: number | undefined;
  let least = Infinity;
  let room = Infinity;
  let scales: number[] = [];
  let at = start;
  const add = (value: number, next: number) => {
    current = (current ?? 0) + value;
    room = next;
    scales = [];
    at += 1;
  };
  for (;;) {
    const text = wordAt(pieces, at, start) ?? '';
    const [small, tens, scale, last] = [SMALL.get(text), TENS.get(text), SCALES.get(text), LAST.get(text)];
    if (small === 0) {
      return at === start ? { end: at + 1, digits: '0', counts: [] } : done();
    } else if (small !== undefined && small < room && (small < 10 || room > 10)) {
      add(small, 0);
    } else if (tens !== undefined && room >= 100) {
      add(tens, 10);
    } else if (last !== undefined && last < room && (last < 10 || room >= 100)) {
      return { end: at + 1, digits: String(total + (current ?? 0) + last), counts: [] };
    } else if (scale === 100 && (current ?? 1) < 100 && (current !== undefined || at === start)) {
      current = (current ?? 1) * 100;
      [room, scales] = [100, [100]];
      at += 1;
    } else if (
      scale !== undefined &&
      scale >= 1000 &&
      scale < least &&
      (current !== undefined || at === start)
    ) {
      total += (current ?? 1) * scale;
      [current, least, room] = [undefined, scale, Infinity];
      scales = [...scales.map((inner) => inner * scale), scale];
      at += 1;
    } else if (text === 'and' && at > start && scales.length > 0 && goesOn(pieces, at + 1, start)) {
      at += 1;
    } else return done();
  }
  function done(): Numeral | undefined {
    if (at === start) return undefined;
    const value = total + (current ?? 0);
    return { end: at, digits: String(value), counts: scales.map((scale) => [value / scale, scale] as const) };
  }
}

function goesOn(pieces: readonly Piece[], at: number, start: number): boolean {
  const text = wordAt(pieces, at, start) ?? '';
  const next = wordAt(pieces, at + 1, start) ?? '';
  const isFraction = PARTS.has(next) || next.endsWith('rds') || next.endsWith('ths');
  return (SMALL.get(text) ?? 0) > 0
    ? SCALES.get(next) !== 100 && !isFraction
    : TENS.has(text) || LAST.has(text);
}

/** Digits after a point: one after another, perhaps with a pair at the end. */
function decimalsAt(pieces: readonly Piece[], start: number): { end: number; digits: string } | undefined {
  let digits = '';
  let at = start;
  for (;;) {
    const repeated = repeatedAt(pieces, at);
    const piece = pieces[at];
    const figures = piece?.kind === 'figures' && !piece.parted && at === start ? piece.text : undefined;
    const text = wordAt(pieces, at, -1) ?? '';
    const value = SMALL.get(text) ?? TENS.get(text);
    if (repeated) digits += repeated.digits;
    else if (figures !== undefined) return { end: at + 1, digits: figures };
    else if (value !== undefined && value < 10) digits += String(value);
    else if (value !== undefined) {
      const unit = TENS.has(text) ? (SMALL.get(wordAt(pieces, at + 1, -1) ?? '') ?? 0) : 0;
      const pair = unit > 0 && unit < 10 ? value + unit : value;
      return { end: pair === value ? at + 1 : at + 2, digits: digits + String(pair) };
    } else return digits === '' ? undefined : { end: at, digits };
    at = repeated?.end ?? at + 1;
  }
}

/** `double five`. */
function repeatedAt(pieces: readonly Piece[], at: number): Numeral | undefined {
  const times = TIMES.get(wordAt(pieces, at, at) ?? '');
  const digit = times === undefined ? undefined : SMALL.get(wordAt(pieces, at + 1, at) ?? '');
  if (times === undefined || digit === undefined || digit > 9) return undefined;
  return { end: at + 2, digits: String(digit).repeat(times), counts: [] };
}

/** `half`, `a quarter of a million`: written as the two numbers of a fraction if it has no scale. */
function partAt(pieces: readonly Piece[], at: number): Numeral | undefined {
  const text = wordAt(pieces, at, at) ?? '';
  const count = PARTS.has(text) ? undefined : SMALL.get(text);
  const name = count === undefined ? at : at + 1;
  const parts = PARTS.get(wordAt(pieces, name, at) ?? '');
  if (parts === undefined || (count === undefined && name !== at)) return undefined;
  const behind = wordAt(pieces, name + 1, at) === 'of' ? name + 2 : name + 1;
  const scaleAt = wordAt(pieces, behind, at) === 'a' ? behind + 1 : behind;
  const scale = SCALES.get(wordAt(pieces, scaleAt, at) ?? '');
  const value = (count ?? 1) / parts;
  if (scale !== undefined)
    return { end: scaleAt + 1, digits: plain(value * scale), counts: [[value, scale]] };
  return { end: name + 1, digits: `${String(count ?? 1)}${String(parts)}`, counts: [] };
}

/** `and a half` after a number. */
function withPart(pieces: readonly Piece[], whole: Numeral): Numeral {
  const glyph = pieces[whole.end];
  if (glyph?.kind === 'part' && glyph.glued)
    return { ...whole, end: whole.end + 1, digits: sum(whole, Number(glyph.text), 1) };
  if (wordAt(pieces, whole.end, -1) !== 'and') return whole;
  const text = wordAt(pieces, whole.end + 1, -1) ?? '';
  const hasCount = ['a', 'an'].includes(text) || (SMALL.has(text) && text !== 'oh');
  const name = whole.end + (hasCount ? 2 : 1);
  const parts = PARTS.get(wordAt(pieces, name, -1) ?? '');
  if (parts === undefined) return whole;
  const scale = whole.counts.at(-1)?.[1] ?? 1;
  return {
    end: name + 1,
    digits: sum(whole, (SMALL.get(text) ?? 1) / parts, scale < 1000 ? 1 : scale),
    counts: [],
  };
}

function sum({ digits }: Numeral, part: number, scale: number): string {
  return plain(Number(digits) + part * scale);
}

function scaled(pieces: readonly Piece[], number: Numeral): Numeral {
  if (number.counts.length > 0) return number;
  const scale = SCALES.get(wordAt(pieces, number.end, -1) ?? '');
  if (scale === undefined) return number;
  const value = Number(number.digits);
  const next = { end: number.end + 1, digits: plain(value * scale), counts: [] };
  const all = scale === 100 ? scaled(pieces, next) : next;
  return { ...all, counts: [[value, Number(all.digits) / value || scale]] };
}

function plain(value: number): string {
  return tidy(String(Math.round(value * 1e6) / 1e6));
}

/** Digits without a zero before the point, and without zeros at the end after it. */
function tidy(digits: string): string {
  const [whole = '', decimals] = digits.replaceAll(',', '').split('.');
  if (decimals === undefined) return whole;
  const rest = decimals.replace(/0+$/u, '');
  const shown = /^0*$/u.test(whole) ? '' : whole;
  if (rest === '') return shown === '' ? '0' : shown;
  return `${shown}.${rest}`;
}
