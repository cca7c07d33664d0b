import { canonical, numeralsAt, type Numeral } from './numerals.js';
import type { Token } from './tokens.js';
import {
  DECADES,
  DIGITS,
  IDENTIFIED,
  MONTHS,
  NUMBERED,
  ORDINALS,
  PARTS,
  REPEATS,
  SCALES,
  TEENS,
  TENS,
  UNITS,
  VAGUE,
} from './vocabulary.js';

/** Numbers that belong together, with the tokens between them. */
export interface NumberRun {
  readonly start: number;
  readonly end: number;
  /** The possible meanings of the run, each a row of values and relations. One of them is the run itself, word for word. */
  readonly readings: readonly (readonly string[])[];
}

/** Whether a text was spoken, with digits as a recogniser writes them, or was written for people to read. */
export type Side = 'spoken' | 'written';

/** The run that begins at a token, undefined where none does. */
export function numberRunAt(tokens: readonly Token[], start: number, side: Side): NumberRun | undefined {
  if (!isNumberish(tokens, start) || ['and', 'of'].includes(tokens[start]?.text ?? '')) return undefined;
  let end = start;
  for (let at = start; at < tokens.length; at++) {
    if (at > start && tokens[at - 1]?.ends === 'sentence') break;
    if (isNumberish(tokens, at)) end = at + 1;
    else if (relationOf(tokens, at) === undefined) break;
  }
  return { start, end, readings: readings(tokens, start, end, side) };
}

/** The relation that a token expresses between the numbers on both sides of it. */
export function relationOf(tokens: readonly Token[], at: number): string | undefined {
  const text = tokens[at]?.text ?? '';
  if (text === 'out') return tokens[at + 1]?.text === 'of' ? '' : undefined;
  if (text === 'of') return tokens[at - 1]?.text === 'out' ? '/' : undefined;
  return RELATIONS.get(text);
}

const RELATIONS: ReadonlyMap<string, string> = new Map([
  ['to', 'to'],
  ['through', 'to'],
  ['-', 'to'],
  ['dash', 'to'],
  ['or', 'or'],
  ['and', 'and'],
  ['by', '×'],
  ['x', '×'],
  ['×', '×'],
  ['over', '/'],
  ['slash', '/'],
  ['/', '/'],
  [':', ''],
]);

/** Whether a token is of a number. */
export function isNumberish(tokens: readonly Token[], at: number): boolean {
  const token = tokens[at];
  if (token === undefined || token.kind === 'mark') return false;
  if (token.kind === 'digits') return true;
  const { text } = token;
  const [before, next] = [tokens[at - 1], tokens[at + 1]];
  const goesOn = token.ends === 'nothing';
  const isPlain = (other: Token | undefined) =>
    other !== undefined && (other.kind === 'digits' || PLAIN.has(other.text) || other.text === 'oh');
  if (PLAIN.has(text)) return true;
  if (token.glued && before?.kind === 'digits') return SUFFIXES.has(text);
  if (REPEATS.has(text)) return goesOn && (DIGITS.has(next?.text ?? '') || next === undefined);
  if (text === 'oh')
    return (
      isPlain(before) ||
      REPEATS.has(before?.text ?? '') ||
      before?.text === 'point' ||
      (goesOn && (isPlain(next) || next?.text === 'point'))
    );
  if (text === 'point')
    return (
      !['this', 'that', 'some', 'the', 'what', 'which'].includes(before?.text ?? '') &&
      (isPlain(next) || isPlain(before))
    );
  if (VAGUE.has(text))
    return SCALES.has(next?.text ?? '') || (next?.text === 'of' && SCALES.has(tokens[at + 2]?.text ?? ''));
  if (text === 'of')
    return (
      (PARTS.has(before?.text ?? '') || VAGUE.has(before?.text ?? '')) &&
      (SCALES.has(next?.text ?? '') || (next?.text === 'a' && SCALES.has(tokens[at + 2]?.text ?? '')))
    );
  if (text === 'a' || text === 'an')
    return (
      goesOn &&
      (SCALES.has(next?.text ?? '') ||
        PARTS.has(next?.text ?? '') ||
        (VAGUE.has(next?.text ?? '') && isNumberish(tokens, at + 1)))
    );
  if (text === 'and')
    return (
      isPlain(before) &&
      (isPlain(next) || ((next?.text === 'a' || next?.text === 'an') && isNumberish(tokens, at + 1)))
    );
  return false;
}

/** Letters that are attached to digits and belong to them: `12th`, `1980s`, `5k`. */
const SUFFIXES: ReadonlySet<string> = new Set(['st', 'nd', 'rd', 'th', 's', 'k']);

const PLAIN: ReadonlySet<string> = new Set([
  ...[...DIGITS.keys()].filter((word) => word !== 'oh'),
  ...[TEENS, TENS, SCALES, ORDINALS, PARTS, DECADES].flatMap((words) => [...words.keys()]),
]);

type Piece =
  | (Numeral & { readonly type: 'numeral'; readonly start: number })
  | { readonly type: 'relation'; readonly text: string; readonly start: number; readonly end: number }
  | { readonly type: 'literal'; readonly text: string; readonly start: number; readonly end: number };

function readings(tokens: readonly Token[], start: number, end: number, side: Side): (readonly string[])[] {
  const isName = tokens.slice(Math.max(0, start - 4), start).some(({ text }) => IDENTIFIED.has(text));
  const blocks = blocksOf(tokens, start, end);
  const at = new Map<number, Numeral[]>();
  const numerals = (from: number) => {
    const known =
      at.get(from) ??
      numeralsAt(tokens, from, isName).filter(
        (one) =>
          one.end <= end &&
          (one.kind !== 'name' ||
            (blocks.some(({ start }) => start === from) && blocks.some(({ end }) => end === one.end))),
      );
    at.set(from, known);
    return known;
  };
  const groups = linkedBlocks(tokens, blocks, numerals);
  const found: Piece[][] = [];
  const follow = (pieces: readonly Piece[], from: number): void => {
    if (found.length > MOST) return;
    if (from === end) {
      found.push([...pieces]);
      return;
    }
    const literal = groups.find((group) => group.start === from);
    if (literal !== undefined) {
      const text = literalText(tokens.slice(literal.start, literal.end));
      follow([...pieces, { type: 'literal', text, ...literal }], literal.end);
    }
    const relation = from > start ? relationOf(tokens, from) : undefined;
    const last = pieces.at(-1);
    if (relation !== undefined && last?.type !== 'relation')
      follow([...pieces, relationPiece(tokens, relation, from)], relationPiece(tokens, relation, from).end);
    for (const numeral of numerals(from)) {
      const piece: Piece = { type: 'numeral', start: from, ...numeral };
      if (fits(tokens, pieces, piece, numerals)) follow([...pieces, piece], piece.end);
    }
  };
  follow([], start);
  const meant = found.filter((pieces) => !isOneNumber(tokens, pieces, numerals));
  const read = meant.filter((pieces) => pieces.every(({ type }) => type !== 'literal'));
  // The words themselves count as a reading only if there is no other, or if digits make the meaning unclear.
  const chosen = read.length === 0 || isUnclear(tokens, start, end) ? meant : read;
  const rows = chosen.flatMap((pieces) => valuesOf(tokens, pieces, side));
  return [...new Map(rows.map((row) => [row.join(' '), row])).values()];
}

/** Whether digits make a run unclear: a recogniser also writes `5 to 10,000` for `five to ten thousand`. */
function isUnclear(tokens: readonly Token[], start: number, end: number): boolean {
  return tokens.slice(start, end).some(({ kind }) => kind === 'digits');
}

function relationPiece(tokens: readonly Token[], text: string, start: number): Piece {
  const isOutOf = tokens[start]?.text === 'out';
  return { type: 'relation', text: isOutOf ? '/' : text, start, end: start + (isOutOf ? 2 : 1) };
}

/** More readings of a run than phrases have. */
const MOST = 500;

/** The words as they are; if some are digits, `nine` and `9` count as the same. */
function literalText(tokens: readonly Token[]): string {
  const isMixed = tokens.some(({ kind }) => kind === 'digits');
  return tokens
    .map(({ text }) => String((isMixed ? (DIGITS.get(text) ?? TEENS.get(text)) : undefined) ?? text))
    .join(' ');
}

interface Extent {
  readonly start: number;
  readonly end: number;
}

/** Numbers without a relation or a comma between them. */
function blocksOf(tokens: readonly Token[], start: number, end: number): Extent[] {
  const blocks: Extent[] = [];
  let from = start;
  for (let at = start; at < end; at++) {
    const relation = relationOf(tokens, at) !== undefined && !isNumberish(tokens, at);
    if (relation) {
      if (at > from) blocks.push({ start: from, end: at });
      from = at + 1;
    } else if (tokens[at]?.ends === 'part' && at + 1 < end) {
      blocks.push({ start: from, end: at + 1 });
      from = at + 1;
    }
  }
  if (from < end) blocks.push({ start: from, end });
  return blocks;
}

type NumeralsFrom = (start: number) => readonly Numeral[];

/** Joins neighbouring blocks that share a scale, since a part of them must not be read alone. */
function linkedBlocks(tokens: readonly Token[], blocks: readonly Extent[], numerals: NumeralsFrom): Extent[] {
  const whole = ({ start, end }: Extent) => numerals(start).filter((one) => one.end === end);
  return blocks.reduceRight<Extent[]>((groups, block, index) => {
    const next = blocks[index + 1];
    const relation = next && relationBetween(tokens, block.end, next.start);
    const linked =
      next !== undefined &&
      relation !== undefined &&
      whole(block).some((one) =>
        whole(next).some(
          (other) =>
            sharedScale(
              tokens,
              { ...one, start: block.start },
              relation,
              { ...other, start: next.start },
              'spoken',
            ) !== undefined,
        ),
      );
    const [first, ...others] = groups;
    return linked && first ? [{ start: block.start, end: first.end }, ...others] : [block, ...groups];
  }, []);
}

function relationBetween(tokens: readonly Token[], from: number, to: number): string | undefined {
  const between = tokens.slice(from, to);
  if (between.length === 0) return tokens[from - 1]?.ends === 'part' ? ',' : undefined;
  return between.length === 1 ? between[0]?.text : undefined;
}

/** Whether a number may follow upon what stands before it. */
function fits(
  tokens: readonly Token[],
  before: readonly Piece[],
  piece: Piece & { readonly type: 'numeral' },
  numerals: NumeralsFrom,
): boolean {
  const last = before.at(-1);
  const prior =
    last?.type === 'relation' &&
    last.text === 'and' &&
    last.end === last.start + 1 &&
    tokens[last.start]?.text === 'and'
      ? before.at(-2)
      : last;
  if (prior?.type !== 'numeral') return true;
  const startsWithScale = SCALES.has(tokens[piece.start]?.text ?? '');
  const joined = tokens.slice(prior.end - 1, piece.start).every(({ ends }) => ends === 'nothing');
  if (!joined) return true;
  if (startsWithScale) return false;
  for (let from = prior.start; from < piece.start; from++) {
    const crosses = numerals(from).some(
      ({ end, kind }) =>
        kind === 'standard' &&
        end > piece.start &&
        end <= piece.end &&
        (end === piece.end || piece.kind !== 'standard'),
    );
    if (from < prior.end && crosses) return false;
  }
  if (prior !== last) return true;
  if (isMixture(tokens, prior, piece)) return false;
  return fitsDigits(tokens, prior, piece);
}

/** Whether digits stand beside words or other digits, so that nobody knows where one number ends. */
function isMixture(tokens: readonly Token[], prior: Piece & { type: 'numeral' }, piece: Piece): boolean {
  const [left, right] = [tokens[prior.end - 1], tokens[piece.start]];
  if (left?.kind !== 'digits' && right?.kind !== 'digits') return false;
  if (left?.kind === right?.kind && right?.hesitant) return false;
  const before = tokens[prior.start - 1];
  if (prior.value.endsWith('th') || prior.value.startsWith('u:')) return false;
  if (before !== undefined && (MONTHS.has(before.text) || NUMBERED.has(before.text))) return false;
  return !isOneOfSuch(tokens, piece.end);
}

/** `25 mg tablet`: a dose that counts nothing. */
function isOneOfSuch(tokens: readonly Token[], at: number): boolean {
  const unit = tokens[at]?.text ?? '';
  const noun = UNITS.get(tokens[at + 1]?.text ?? '');
  return (UNITS.has(unit) && ['tablet', 'capsule', 'dose'].includes(noun ?? '')) || SINGULAR.has(unit);
}

const SINGULAR: ReadonlySet<string> = new Set([
  'milligram',
  'microgram',
  'gram',
  'milliliter',
  'year',
  'unit',
  'day',
  'minute',
  'hour',
]);

function fitsDigits(
  tokens: readonly Token[],
  prior: Piece & { type: 'numeral' },
  piece: Piece & { type: 'numeral' },
): boolean {
  const isSingle = ({ start, end }: Extent) => end === start + 1 && DIGITS.has(tokens[start]?.text ?? '');
  const [left, right] = [tokens[prior.end - 1]?.text ?? '', tokens[piece.start]?.text ?? ''];
  if (left === 'oh') return isSingle(prior) && isSingle(piece);
  if (right === 'oh')
    return (
      (isSingle(prior) && isSingle(piece)) || (piece.end === piece.start + 2 && Number(prior.value) <= 24)
    );
  const runs =
    prior.kind === 'digits' && prior.end > prior.start + 1
      ? isSingle(piece) || piece.kind === 'digits'
      : false;
  const ran =
    piece.kind === 'digits' &&
    piece.end > piece.start + 1 &&
    DIGITS.has(left) &&
    !TENS.has(tokens[prior.end - 2]?.text ?? '');
  return !runs && !ran;
}

/** Whether a reading splits a number that the words after it join: `one twenty five milligrams`, `one forty over`. */
function isOneNumber(tokens: readonly Token[], pieces: readonly Piece[], numerals: NumeralsFrom): boolean {
  return pieces.some((first, index) => {
    const second = pieces[index + 1];
    if (first.type !== 'numeral' || second?.type !== 'numeral') return false;
    if (pieces[index - 1]?.type === 'numeral') return false;
    let last = index + 1;
    while (pieces[last + 1]?.type === 'numeral') last++;
    const end = pieces[last]?.end ?? first.end;
    const row = tokens.slice(first.start, end - 1);
    const before = tokens[first.start - 1]?.text ?? '';
    if (row.some(({ ends }) => ends !== 'nothing') || NUMBERED.has(before)) return false;
    if (!binds(tokens, end) && !['over', 'slash', '/'].includes(before)) return false;
    return numerals(first.start).some(
      (whole) => whole.end === end && ['standard', 'elided'].includes(whole.kind),
    );
  });
}

function binds(tokens: readonly Token[], at: number): boolean {
  const text = tokens[at]?.text ?? '';
  if (tokens[at - 1]?.ends !== 'nothing') return false;
  if (['over', 'slash', '/', '%', 'point', 'degrees'].includes(text)) return true;
  return (
    UNITS.has(text) &&
    !['am', 'pm', 'hours', 'once', 'twice', 'daily'].includes(text) &&
    !(text.length <= 1 && text !== 'g') &&
    !isOneOfSuch(tokens, at) &&
    !['tablets', 'capsules', 'doses', 'puffs'].includes(text)
  );
}

/** The scale that two numbers share although it is said only once, as in `five to ten thousand`. */
function sharedScale(
  tokens: readonly Token[],
  one: Numeral & { readonly start: number },
  relation: string,
  other: Numeral & { readonly start: number },
  side: Side,
): number | undefined {
  if (!['to', 'through', 'or', 'and', 'by', 'x', '-', '×', ',', 'dash'].includes(relation)) return undefined;
  if (!/^[\d.]+$/u.test(one.value) || !/^[\d.]+$/u.test(other.value)) return undefined;
  if (other.kind === 'digits' || other.kind === 'name' || one.kind === 'name') return undefined;
  const inDigits = tokens[other.start]?.kind === 'digits' && other.end === other.start + 1;
  if (inDigits && (side === 'written' || relation === '-' || relation === '×' || relation === ','))
    return undefined;
  if (inDigits && tokens[one.start]?.kind === 'digits' && one.end > one.start + 1) return undefined;
  const value = Number(one.value);
  if (value === 0) return undefined;
  const scales = other.shares.filter(([count, scale]) => value < count && one.scale < scale);
  return scales.length === 0 ? undefined : Math.max(...scales.map(([, scale]) => scale));
}

function valuesOf(tokens: readonly Token[], pieces: readonly Piece[], side: Side): string[][] {
  let rows: { readonly values: (string | undefined)[]; readonly pieces: readonly Piece[] }[] = [
    { values: pieces.map((piece) => atomOf(tokens, piece)), pieces },
  ];
  // From the end, since the scale of a list stands there.
  const scaleOf = new Map<number, number>();
  let ambiguous = false;
  for (let index = pieces.length - 2; index >= 0; index--) {
    const one = pieces[index];
    if (one?.type !== 'numeral') continue;
    const next = pieces[index + 1];
    const other = next?.type === 'relation' ? pieces[index + 2] : next;
    if (other?.type !== 'numeral') continue;
    const relation = relationBetween(tokens, one.end, other.start);
    if (relation === undefined) continue;
    const place = pieces.indexOf(other);
    const inherited = scaleOf.get(place);
    const scale =
      inherited !== undefined && one.scale === 1 && Number(one.value) < Number(other.value)
        ? inherited
        : sharedScale(tokens, one, relation, other, side);
    if (scale === undefined || (inherited === undefined && relation === ',')) continue;
    scaleOf.set(index, scale);
    // `5 to ten thousand` is half written: some read 5.
    if (tokens[one.end - 1]?.kind !== tokens[other.start]?.kind && side === 'written') return [];
    ambiguous ||= relation === 'and' && tokens[one.start - 1]?.text !== 'between';
  }
  const [row] = rows;
  if (!row) return [];
  const scaled = row.values.map((value, index) => {
    const scale = scaleOf.get(index);
    return scale === undefined ? value : canonical(Number(value) * scale);
  });
  rows = [{ values: orTwo(tokens, pieces, scaled), pieces }];
  if (ambiguous) rows.push(row);
  return rows.map(({ values }) => values.filter((value) => value !== undefined && value !== '') as string[]);
}

/** `a hundred or two` is one or two hundred. */
function orTwo(
  tokens: readonly Token[],
  pieces: readonly Piece[],
  values: (string | undefined)[],
): (string | undefined)[] {
  return values.map((value, index) => {
    const [one, or, few] = [pieces[index - 2], pieces[index - 1], pieces[index]];
    if (one?.type !== 'numeral' || or?.type !== 'relation' || few?.type !== 'numeral') return value;
    const isSo =
      tokens[one.start]?.text === 'a' &&
      one.scale > 1 &&
      Number(one.value) === one.scale &&
      or.text === 'or' &&
      few.scale === 1 &&
      Number(few.value) < 10;
    return isSo ? canonical(Number(value) * one.scale) : value;
  });
}

function atomOf(tokens: readonly Token[], piece: Piece): string | undefined {
  switch (piece.type) {
    case 'literal':
      return `"${piece.text}"`;
    case 'relation':
      return piece.text;
    case 'numeral':
      // A day of a month means the same as an ordinal and as a cardinal.
      return MONTHS.has(tokens[piece.start - 1]?.text ?? '') ? piece.value.replace(/th$/u, '') : piece.value;
  }
}
