import { isValue, isWhole, plainNumber } from '../number-text.js';
import {
  keep,
  says,
  wordBehind,
  wordsBefore,
  wordsFrom,
  writeAs,
  writePieces,
  type Rewriting,
  type Rule,
} from '../rule.js';
import { numberAt, type Value } from '../spoken-number.js';
import type { Token } from '../token.js';
import { isTimeUnit } from '../unit-names.js';
import { unitBehind, unitPieces } from './measure.js';

/** `one forty two over eighty eight` → `142/88`, `eight out of ten` → `8/10`, `ratio of two to one` → `ratio of 2:1`. */
export const ratio: Rule = (tokens, at) => graded(tokens, at) ?? twoNumbers(tokens, at);

/** `four plus out of five` → `4+/5`: the strength of a muscle. */
const graded: Rule = (tokens, at) => {
  const first = numberAt(tokens, at);
  if (!isValue(first) || wordBehind(tokens, at, first.length) !== 'plus') return undefined;
  const joint = [['over'], ['out', 'of']].find((words) => isBehind(tokens, at, first.length + 1, words));
  if (joint === undefined) return undefined;
  const start = first.length + 1 + joint.length;
  const most = wordBehind(tokens, at, start) === undefined ? undefined : numberAt(tokens, at + start);
  if (!isValue(most)) return undefined;
  const length = start + most.length;
  const isGrade = /^[1-5]$/u.test(first.digits) && /^[45]$/u.test(most.digits);
  return isGrade ? writeAs(`${first.digits}+/${most.digits}`, length) : keep(length);
};

const twoNumbers: Rule = (tokens, at) => {
  const first = numberAt(tokens, at);
  if (first === undefined) return nothingOutOf(tokens, at);
  if (!isValue(first) || !isWhole(first)) return undefined;
  const joint = JOINTS.find(({ words }) => isBehind(tokens, at, first.length, words));
  if (joint === undefined) return undefined;
  const second = at + first.length + joint.words.length;
  if (wordBehind(tokens, at, first.length + joint.words.length) === undefined) return undefined;
  const other = numberAt(tokens, second);
  if (!isValue(other) || !isWhole(other)) return undefined;
  const length = first.length + joint.words.length + other.length;
  return joint.write(tokens, at, { first, other, length });
};

/** Leaves `oh out of ten` as it is: `oh` may be a zero or an exclamation. */
function nothingOutOf(tokens: readonly Token[], at: number): Rewriting | undefined {
  if (!says(tokens, at, 'oh', 'out', 'of') && !says(tokens, at, 'oh', 'over')) return undefined;
  const start = tokens[at + 1]?.lower === 'out' ? 3 : 2;
  const most = wordBehind(tokens, at, start) === undefined ? undefined : numberAt(tokens, at + start);
  return most && keep(start + most.length);
}

interface Two {
  readonly first: Value;
  readonly other: Value;
  readonly length: number;
}

interface Joint {
  readonly words: readonly string[];
  readonly write: (tokens: readonly Token[], at: number, two: Two) => Rewriting | undefined;
}

const JOINTS: readonly Joint[] = [
  { words: ['over'], write: writeOver },
  { words: ['out', 'of'], write: writeOutOf },
  {
    words: ['slash'],
    write: (_tokens, _at, two) => writeAs(`${two.first.digits}/${two.other.digits}`, two.length),
  },
  { words: ['to'], write: writeProportion },
];

function isBehind(tokens: readonly Token[], at: number, length: number, words: readonly string[]): boolean {
  return wordBehind(tokens, at, length) !== undefined && says(tokens, at + length, ...words);
}

function writeOver(tokens: readonly Token[], at: number, two: Two): Rewriting | undefined {
  const behind = wordBehind(tokens, at, two.length);
  if (isTimeUnit(behind)) return undefined;
  const text = `${two.first.digits}/${two.other.digits}`;
  const [systolic, diastolic] = [Number(two.first.digits), Number(two.other.digits)];
  if (systolic >= 50 && systolic <= 300 && diastolic >= 20 && diastolic <= 200 && systolic > diastolic) {
    const unit = unitBehind(tokens, at, two.length);
    if (unit === undefined) return writeAs(text, two.length);
    return unit.text === 'mmHg' ? writePieces({ text, length: two.length }, ...unitPieces(unit)) : undefined;
  }
  return isScored(tokens, at, two) ? writeAs(text, two.length) : undefined;
}

function writeOutOf(tokens: readonly Token[], at: number, two: Two): Rewriting | undefined {
  if (Number(two.first.digits) > Number(two.other.digits)) return undefined;
  const behind = wordBehind(tokens, at, two.length);
  const ends = behind === undefined || CLOSERS.has(behind);
  const scale = ends && SCALES.has(two.other.digits);
  if (scale || isScored(tokens, at, two))
    return writeAs(`${two.first.digits}/${two.other.digits}`, two.length);
  return keep(two.length);
}

function writeProportion(tokens: readonly Token[], at: number, two: Two): Rewriting | undefined {
  const around = [...wordsBefore(tokens, at, 4), ...wordsFrom(tokens, at + two.length, 2)];
  if (!around.some((word) => PROPORTIONS.has(word))) return undefined;
  return writeAs(`${plainNumber(two.first)}:${plainNumber(two.other)}`, two.length);
}

function isScored(tokens: readonly Token[], at: number, two: Two): boolean {
  const around = [...wordsBefore(tokens, at, 6), ...wordsFrom(tokens, at + two.length, 3)];
  return around.some((word) => SCORED.has(word));
}

const SCORED: ReadonlySet<string> = new Set([
  ...[
    'pain',
    'strength',
    'murmur',
    'severity',
    'score',
    'scored',
    'scores',
    'intensity',
    'rated',
    'rates',
    'rate',
  ],
  ...[
    'scale',
    'gcs',
    'apgar',
    'apgars',
    'power',
    'motor',
    'vision',
    'visual',
    'acuity',
    'eye',
    'muscle',
    'systolic',
  ],
  ...['diastolic', 'reflexes', 'pulses', 'moca', 'mmse', 'grade'],
]);

/** The highest values of usual scores. */
const SCALES: ReadonlySet<string> = new Set(['4', '5', '6', '10', '15', '30']);

/** Words that may follow a score. Before other words, the numbers may be a count: `five out of ten patients`. */
const CLOSERS: ReadonlySet<string> = new Set([
  ...['in', 'at', 'with', 'and', 'but', 'on', 'today', 'now', 'when', 'throughout', 'bilaterally', 'or'],
]);

const PROPORTIONS: ReadonlySet<string> = new Set([
  'ratio',
  'ratios',
  'dilution',
  'diluted',
  'block',
  'conduction',
]);
