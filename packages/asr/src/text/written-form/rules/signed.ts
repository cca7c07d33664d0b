import { isPlain, isWhole } from '../number-text.js';
import { keep, says, wordBefore, wordBehind, writeAs, type Rule } from '../rule.js';
import { numberAt } from '../spoken-number.js';
import { isUnitWord } from '../unit-names.js';

/** `two plus edema` → `2+ edema`, `minus two point five` → `-2.5`. */
export const signed: Rule = (tokens, at) => graded(tokens, at) ?? negative(tokens, at);

const graded: Rule = (tokens, at) => {
  const number = numberAt(tokens, at);
  if (number === undefined || !isPlain(number) || !/^[1-4]$/u.test(number.digits)) return undefined;
  if (wordBehind(tokens, at, number.length) !== 'plus') return undefined;
  const length = number.length + 1;
  const addend = wordBehind(tokens, at, length) !== undefined && numberAt(tokens, at + length) !== undefined;
  return addend ? undefined : writeAs(`${number.digits}+`, length);
};

const negative: Rule = (tokens, at) => {
  const sign = tokens[at]?.lower;
  if (sign !== 'minus' && sign !== 'negative') return undefined;
  if (wordBehind(tokens, at, 1) === undefined) return undefined;
  const number = numberAt(tokens, at + 1);
  if (number === undefined) return undefined;
  const length = 1 + number.length;
  if (says(tokens, at - 2, 'plus', 'or', sign)) return keep(length);
  const behind = wordBehind(tokens, at, length);
  // "Ten minus two" is arithmetic, and somebody "negative two weeks" later has been tested.
  const afterNumber = /^(?:\d|(?:teen|ty|one|two|three|four|five|six|seven|eight|nine|ten)$)/u;
  if (afterNumber.test(wordBefore(tokens, at) ?? '')) return undefined;
  const unit = behind !== undefined && isUnitWord(behind);
  const safe = isPlain(number) && !unit && (sign === 'minus' || !isWhole(number));
  return safe ? writeAs(`-${number.digits}`, length) : undefined;
};
