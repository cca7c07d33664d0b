import { isPlain, isWhole } from '../number-text.js';
import { keep, says, wordBehind, writeAs, type Rewriting, type Rule } from '../rule.js';
import { numberAt, type SpokenNumber } from '../spoken-number.js';
import type { Token } from '../token.js';

/** `forty five year old` → `45-year-old`, `forty five to fifty year old` → `45–50-year-old`. */
export const age: Rule = (tokens, at) => {
  const number = numberAt(tokens, at);
  if (number === undefined) return undefined;
  const unit = ageBehind(tokens, at, number.length);
  if (unit === undefined) return between(tokens, at, number);
  const whole = number.length + 2;
  // "One forty two year old": one of 42 or one of 142?
  if (!isPlain(number) || !isWhole(number)) return keep(whole);
  return writeAs(`${number.digits}-${unit}-old`, whole);
};

function between(tokens: readonly Token[], at: number, low: SpokenNumber): Rewriting | undefined {
  const joint = wordBehind(tokens, at, low.length);
  if (joint !== 'to' && joint !== 'through') return undefined;
  const second = at + low.length + 1;
  const high = wordBehind(tokens, at, low.length + 1) === undefined ? undefined : numberAt(tokens, second);
  const unit = high && ageBehind(tokens, second, high.length);
  if (high === undefined || unit === undefined) return undefined;
  const whole = low.length + 1 + high.length + 2;
  const areAges = [low, high].every((number) => isPlain(number) && isWhole(number));
  if (!areAges || !isPlain(low) || !isPlain(high) || Number(low.digits) >= Number(high.digits))
    return keep(whole);
  return writeAs(`${low.digits}–${high.digits}-${unit}-old`, whole);
}

function ageBehind(tokens: readonly Token[], at: number, length: number): string | undefined {
  if (wordBehind(tokens, at, length) === undefined) return undefined;
  return AGES.find((name) => says(tokens, at + length, name, 'old'));
}

const AGES = ['year', 'month', 'week', 'day', 'hour'] as const;
