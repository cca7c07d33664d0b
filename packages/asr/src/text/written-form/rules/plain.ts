import { labelBefore, type Label } from '../labels.js';
import { isPlain, isValue, measuredNumber, plainNumber } from '../number-text.js';
import { keep, wordBehind, wordsBefore, writeAs, writePieces, type Rewriting, type Rule } from '../rule.js';
import { numberAt, type SpokenNumber, type Value } from '../spoken-number.js';
import type { Token } from '../token.js';
import { inMillions } from './millions.js';

/**
 * Numbers without a unit. In digits: those from ten on, those with decimals, and those below ten that follow the name
 * of what they measure or count. All others stay as they were spoken.
 */
export const plain: Rule = (tokens, at) => {
  const number = numberAt(tokens, at);
  if (number === undefined) return undefined;
  if (number.is === 'numeral') return undefined;
  const label = labelBefore(tokens, at);
  return labelled(tokens, at, number, label) ?? unlabelled(tokens, at, number);
};

function labelled(
  tokens: readonly Token[],
  at: number,
  number: SpokenNumber,
  label: Label | undefined,
): Rewriting | undefined {
  if (label === undefined || !isValue(number)) return undefined;
  if (mayBeFeet(tokens, at, number)) return keep(number.length);
  const behind = wordBehind(tokens, at, number.length);
  if (number.digits.length === 1 && behind !== undefined && mayCount(number, label, behind)) return undefined;
  const stage = label === 'ranked' ? substage(tokens, at, number) : undefined;
  return stage ?? writeAs(measuredNumber(number, false), number.length);
}

/** `height five eleven`: in feet and inches. */
function mayBeFeet(tokens: readonly Token[], at: number, { is, digits }: Value): boolean {
  const isHeight = wordsBefore(tokens, at, MOST_WORDS_OF_LABEL).some((word) => TALL.has(word));
  return is === 'elided' && isHeight && Number(digits) % 100 < 12;
}

const MOST_WORDS_OF_LABEL = 5;
const TALL: ReadonlySet<string> = new Set(['height', 'tall', 'stands']);

/** `creatinine is one of …` and `rate two or three` give no value. */
function mayCount({ digits }: Value, label: Label, behind: string): boolean {
  if (COUNTING.has(behind)) return true;
  return label === 'measured' && digits === '1' && !CLOSERS.has(behind);
}

/** `stage three b` → `stage 3B`. */
function substage(tokens: readonly Token[], at: number, number: Value): Rewriting | undefined {
  const letter = tokens[at + number.length]?.text ?? '';
  const behind = wordBehind(tokens, at, number.length);
  if (behind === undefined || !/^(?:[b-d]|[A-D])$/u.test(letter)) return undefined;
  // "Stage two b to three a"
  const joint = wordBehind(tokens, at, number.length + 1) ?? '';
  if (JOINTS.has(joint) && numberAt(tokens, at + number.length + 2) !== undefined)
    return keep(number.length + 1);
  return writeAs(`${number.digits}${letter.toUpperCase()}`, number.length + 1);
}

function unlabelled(tokens: readonly Token[], at: number, number: SpokenNumber): Rewriting {
  if (!isPlain(number)) return keep(number.length);
  const behind = wordBehind(tokens, at, number.length);
  if (behind !== undefined && VAGUE.has(behind)) return keep(number.length);
  const small = number.is === 'cardinal' && number.digits.length === 1;
  if (small) return keep(number.length);
  const millions = inMillions(tokens, at, number, false);
  return millions === undefined ? writeAs(plainNumber(number), number.length) : writePieces(...millions);
}

const JOINTS: ReadonlySet<string> = new Set(['to', 'or', 'through']);

const COUNTING: ReadonlySet<string> = new Set(['of', 'or', 'to', 'times', 'more', 'other', 'hundred']);

const CLOSERS: ReadonlySet<string> = new Set([
  'and',
  'but',
  'today',
  'now',
  'with',
  'which',
  'from',
  'on',
  'at',
]);

const VAGUE: ReadonlySet<string> = new Set(['something', 'odd', 'ish']);
