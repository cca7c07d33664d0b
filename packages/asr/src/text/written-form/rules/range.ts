import { isPlain, isValue, measuredNumber, plainNumber } from '../number-text.js';
import {
  keep,
  wordBefore,
  wordBehind,
  writeAs,
  writePieces,
  type WrittenPiece,
  type Rewriting,
  type Rule,
} from '../rule.js';
import { numberAt, type Value } from '../spoken-number.js';
import type { Token } from '../token.js';
import type { Unit } from '../units.js';
import { isChange } from '../change.js';
import { mayShareScale } from '../ambiguous-numbers.js';
import { labelBefore } from '../labels.js';
import { unitBehind, unitPieces, withUnit } from './measure.js';

/**
 * Two numbers that belong together: `ten to fifteen milligrams` → `10–15 mg`, but `from ten to fifteen milligrams` →
 * `from 10 to 15 mg`, which is a change; `one or two days` stays as it was said.
 */
export const range: Rule = (tokens, at) =>
  hyphenated(tokens, at) ?? sizes(tokens, at) ?? twoNumbers(tokens, at);

const twoNumbers: Rule = (tokens, at) => {
  const low = numberAt(tokens, at);
  if (!isValue(low)) return undefined;
  const word = wordBehind(tokens, at, low.length);
  if (word === undefined || !JOINTS.has(word)) return undefined;
  const second = at + low.length + 1;
  const high = wordBehind(tokens, at, low.length + 1) === undefined ? undefined : numberAt(tokens, second);
  if (!isValue(high)) return undefined;
  const unit = unitBehind(tokens, second, high.length);
  const pair: Pair = { low, high, word, unit, length: low.length + 1 + high.length };
  switch (word) {
    case 'to':
    case 'through':
    case 'dash':
      return unit === undefined ? numbersAlone(tokens, at, pair) : fromTo(tokens, at, pair, unit);
    case 'and':
      if (unit === undefined) return labelledPair(tokens, at, pair);
      return wordBefore(tokens, at) === 'between' ? joined(pair, unit) : undefined;
    default:
      return unit === undefined
        ? (labelledPair(tokens, at, pair) ?? alternatives(pair))
        : alternativesWith(pair, unit);
  }
};

/**
 * `10-15 mg`, as models write it, with the dash of a range; except `5-10,000 units`, which may be 5,000 to 10,000.
 */
const hyphenated: Rule = (tokens, at) => {
  const match = /^((?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)[-–]((?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)$/u.exec(
    tokens[at]?.text ?? '',
  );
  const unit = match === null ? undefined : unitBehind(tokens, at, 1);
  if (match === null) return undefined;
  const [low = '', high = ''] = match.slice(1).map((digits) => digits.replaceAll(',', ''));
  const isShared = mayShareScale(Number(low), Number(high));
  if (unit === undefined)
    return isShared && match[2]?.includes(',') ? writeAs(`${match[1] ?? ''} to ${match[2]}`, 1) : undefined;
  if (unit.singular) return undefined;
  const joint = isShared ? ' to ' : '–';
  const text = [low, high].map((digits) => measuredNumber({ digits }, unit.kind === 'dose')).join(joint);
  return withUnit(text, 1, unit);
};

/** `three by four by two centimeters` → `3 × 4 × 2 cm`. */
const sizes: Rule = (tokens, at) => {
  const pieces: WrittenPiece[] = [];
  const sides: Value[] = [];
  let length = 0;
  for (;;) {
    const side = numberAt(tokens, at + length);
    if (!isValue(side)) return undefined;
    sides.push(side);
    pieces.push({ text: measuredNumber(side, false), length: side.length });
    length += side.length;
    if (!TIMES.has(wordBehind(tokens, at, length) ?? '')) break;
    pieces.push({ text: '×', length: 1 });
    length += 1;
    if (wordBehind(tokens, at, length) === undefined) return undefined;
  }
  const unit = unitBehind(tokens, at, length);
  if (sides.length < 2 || unit?.kind !== 'amount' || isUnsure(sides, unit)) return undefined;
  return writePieces(...pieces, ...unitPieces(unit));
};

const TIMES: ReadonlySet<string> = new Set(['by', 'x', '×']);

interface Pair {
  readonly low: Value;
  readonly high: Value;
  readonly word: string;
  readonly unit: Unit | undefined;
  /** Without the unit. */
  readonly length: number;
}

function fromTo(tokens: readonly Token[], at: number, pair: Pair, unit: Unit): Rewriting {
  if (isUnsure([pair.low, pair.high], unit)) return keep(pair.length + unit.length);
  if (!ascends(pair) || isChange(tokens, at)) return joined(pair, unit);
  const zeros = unit.kind === 'dose';
  const text = `${measuredNumber(pair.low, zeros)}–${measuredNumber(pair.high, zeros)}`;
  if (unit.kind === 'percent') return writeAs(`${text}%`, pair.length + unit.length);
  if (unit.kind === 'time' && unit.singular)
    return writeAs(`${text}-${unit.text}`, pair.length + unit.length);
  return writePieces({ text, length: pair.length }, ...unitPieces(unit));
}

function numbersAlone(tokens: readonly Token[], at: number, pair: Pair): Rewriting | undefined {
  const labelled = labelBefore(tokens, at) !== undefined;
  if (!labelled && (!isPlain(pair.low) || !isPlain(pair.high))) return keep(pair.length);
  if (pair.low.is === 'numeral' && pair.high.is === 'numeral') return keep(pair.length);
  if (!labelled && isSmall(pair.low) && isSmall(pair.high)) return keep(pair.length);
  // "Ten to one": a time, odds or a change.
  if (!labelled && !ascends(pair)) return keep(pair.length);
  const [low, joint, high] = numbers(pair, false, pair.word === 'dash' ? 'to' : pair.word);
  if (labelled) return writePieces(low, joint, high);
  // They may be years.
  return writePieces({ ...low, text: plainNumber(pair.low) }, joint, {
    ...high,
    text: plainNumber(pair.high),
  });
}

/** `Apgars eight and nine` → `Apgars 8 and 9`, unless a noun follows that they count. */
function labelledPair(tokens: readonly Token[], at: number, pair: Pair): Rewriting | undefined {
  const behind = wordBehind(tokens, at, pair.length);
  const ends = behind === undefined || CLOSERS.has(behind);
  if (!ends || !isPlain(pair.low) || !isPlain(pair.high) || labelBefore(tokens, at) === undefined)
    return undefined;
  return writePieces(...numbers(pair, false, pair.word));
}

const CLOSERS: ReadonlySet<string> = new Set([
  'at',
  'but',
  'today',
  'now',
  'with',
  'which',
  'from',
  'on',
  'respectively',
]);

function alternativesWith(pair: Pair, unit: Unit): Rewriting {
  const vague = unit.kind === 'time' || unit.kind === 'form';
  if (isUnsure([pair.low, pair.high], unit)) return keep(pair.length + unit.length);
  if (vague && isSmall(pair.low) && isSmall(pair.high)) return keep(pair.length + unit.length);
  return joined(pair, unit);
}

function alternatives({ low, high, length }: Pair): Rewriting | undefined {
  return isPlain(low) && isPlain(high) && (isSmall(low) || isSmall(high)) ? keep(length) : undefined;
}

function joined(pair: Pair, unit: Unit): Rewriting {
  if (isUnsure([pair.low, pair.high], unit)) return keep(pair.length + unit.length);
  const [low, word, high] = numbers(pair, unit.kind === 'dose', pair.word === 'dash' ? 'to' : pair.word);
  return unit.kind === 'percent'
    ? writePieces(low, word, { text: `${high.text}%`, length: high.length + unit.length })
    : writePieces(low, word, high, ...unitPieces(unit));
}

function numbers(
  { low, high }: Pair,
  dropZeros: boolean,
  word: string,
): readonly [WrittenPiece, WrittenPiece, WrittenPiece] {
  return [
    { text: measuredNumber(low, dropZeros), length: low.length },
    { text: word, length: 1 },
    { text: measuredNumber(high, dropZeros), length: high.length },
  ];
}

function ascends({ low, high }: Pair): boolean {
  return Number(low.digits) < Number(high.digits);
}

function isSmall({ is, digits }: Value): boolean {
  return is === 'cardinal' && digits.length === 1;
}

/**
 * A number without its hundred is accepted here only if the others lack theirs too, and the unit is not a tablet or
 * the like.
 */
function isUnsure(numbers: readonly Value[], unit: Unit): boolean {
  const isElided = ({ is }: Value) => is === 'elided';
  // Halves of a tablet are written in words (ISMP).
  if (unit.kind === 'form' && numbers.some(({ half }) => half)) return true;
  if (!numbers.some(isElided)) return false;
  return !numbers.every(isElided) || unit.singular || unit.kind === 'form' || unit.kind === 'time';
}

const JOINTS: ReadonlySet<string> = new Set(['to', 'through', 'dash', 'and', 'or']);
