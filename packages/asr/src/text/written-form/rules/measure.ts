import { isPlain, isValue, measuredNumber, plainNumber } from '../number-text.js';
import { numberWord } from '../number-words.js';
import { keep, wordBehind, wordBefore, writeAs, writePieces, type Rewriting, type Rule } from '../rule.js';
import { numberAt, type SpokenNumber, type Value } from '../spoken-number.js';
import { isDoseForm } from '../unit-names.js';
import { unitAt, type Unit } from '../units.js';
import type { Token } from '../token.js';
import { inMillions } from './millions.js';

/** `twenty five milligrams` → `25 mg`, `ninety eight percent` → `98%`, `five day` → `5-day`. */
export const measure: Rule = (tokens, at) => {
  const number = numberAt(tokens, at);
  if (number === undefined) return undefined;
  const unit = unitBehind(tokens, at, number.length);
  if (unit === undefined) return inMillionsOf(tokens, at, number);
  const whole = number.length + unit.length;
  if (!isValue(number) || mayBeTwoNumbers(tokens, at, number, unit)) return keep(whole);
  if (unit.kind === 'time') return writeTime(tokens, at, number, unit);
  // Half a tablet is written in words: neither fractions nor decimals are read safely (ISMP).
  if (unit.kind === 'form' && number.half) return keep(whole);
  const millions = inMillions(tokens, at, number, unit.kind === 'dose');
  if (millions !== undefined) return writePieces(...millions, ...unitPieces(unit));
  return withUnit(measuredNumber(number, unit.kind === 'dose'), number.length, unit);
};

/** `two point five million units`: the unit comes after the scale. */
function inMillionsOf(tokens: readonly Token[], at: number, number: SpokenNumber): Rewriting | undefined {
  const unit = unitBehind(tokens, at, number.length + 1);
  if (!isValue(number) || unit === undefined || unit.kind === 'time' || unit.kind === 'form')
    return undefined;
  const pieces = inMillions(tokens, at, number, unit.kind === 'dose');
  return pieces && writePieces(...pieces, ...unitPieces(unit));
}

/** A written number with its unit. */
export function withUnit(text: string, length: number, unit: Unit): Rewriting {
  if (unit.kind === 'percent') return writeAs(`${text}${unit.text}`, length + unit.length);
  return writePieces({ text, length }, ...unitPieces(unit));
}

/** The unit after a number of `length` tokens. */
export function unitBehind(tokens: readonly Token[], at: number, length: number): Unit | undefined {
  return wordBehind(tokens, at, length) === undefined ? undefined : unitAt(tokens, at + length);
}

/** A unit as written words: `international units` gives two. */
export function unitPieces(unit: Unit): readonly { readonly text: string; readonly length: number }[] {
  const words = unit.text.split(' ');
  return words.length === unit.length
    ? words.map((text) => ({ text, length: 1 }))
    : [{ text: unit.text, length: unit.length }];
}

/** `one twenty five milligram tablet`: one of 25 or one of 125? */
function mayBeTwoNumbers(tokens: readonly Token[], at: number, number: Value, unit: Unit): boolean {
  const behind = wordBehind(tokens, at, number.length + unit.length);
  if (number.is === 'elided') {
    return unit.kind === 'time' || unit.kind === 'form' || unit.singular || isDoseForm(behind);
  }
  // "Thirty five milligram tablets": of 35 mg, or thirty of 5 mg?
  if (
    unit.singular &&
    behind !== undefined &&
    isDoseForm(behind) &&
    behind.endsWith('s') &&
    isParted(tokens, at, number)
  )
    return true;
  // "Zero point five one tablet": half a milligram, then one tablet?
  return number.is === 'decimal' && unit.kind === 'form' && !number.half && /\.\d{2,}$/u.test(number.digits);
}

/** Whether a number of several words could end before its last. */
function isParted(tokens: readonly Token[], at: number, { is, length }: Value): boolean {
  const last = tokens[at + length - 1];
  const part = numberWord(last?.lower ?? '')?.is;
  return (
    is === 'cardinal' && length > 1 && last?.beginsWord === true && part !== 'hundred' && part !== 'scale'
  );
}

function writeTime(tokens: readonly Token[], at: number, number: Value, unit: Unit): Rewriting | undefined {
  const whole = number.length + unit.length;
  const text = plainNumber(number);
  if (number.is === 'cardinal' && number.digits === '1') {
    // "One day" may be any day; after these words, days are counted.
    const isCounted = tokens[at + 1]?.beginsWord === true && DURING.has(wordBefore(tokens, at) ?? '');
    return isCounted ? withUnit(text, number.length, unit) : keep(whole);
  }
  // "5-day" as the model wrote it, or "5 day".
  if (unit.singular && number.is === 'numeral') return undefined;
  if (unit.singular) {
    // "Thirty second" may be an ordinal.
    if (unit.text.toLowerCase() === 'second') return undefined;
    const noun = wordBehind(tokens, at, whole);
    if (noun !== undefined && isPlain(number)) return writeAs(`${text}-${unit.text}`, whole);
    return keep(whole);
  }
  if (wordBefore(tokens, at) === 'point' && number.is === 'cardinal') return keep(whole);
  return withUnit(text, number.length, unit);
}

/** Words that come before a length of time. */
const DURING: ReadonlySet<string> = new Set(['in', 'for', 'after', 'within', 'over', 'every', 'than']);
