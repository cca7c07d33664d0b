import { isPlain, isWhole } from '../number-text.js';
import { keep, says, writeAs, type Rule } from '../rule.js';
import { numberAt } from '../spoken-number.js';

/** `forty five year old` → `45-year-old`. */
export const age: Rule = (tokens, at) => {
  const number = numberAt(tokens, at);
  if (number === undefined) return undefined;
  const unit = AGES.find((name) => says(tokens, at + number.length, name, 'old'));
  if (unit === undefined || tokens[at + number.length - 1]?.after !== '') return undefined;
  const whole = number.length + 2;
  // "One forty two year old": one of 42 or one of 142?
  if (!isPlain(number) || !isWhole(number)) return keep(whole);
  return writeAs(`${number.digits}-${unit}-old`, whole);
};

const AGES = ['year', 'month', 'week', 'day', 'hour'] as const;
