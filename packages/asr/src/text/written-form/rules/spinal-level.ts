import {
  keep,
  wordBefore,
  wordBehind,
  wordsBefore,
  wordsFrom,
  writeAs,
  writePieces,
  type Rule,
} from '../rule.js';
import { numberAt } from '../spoken-number.js';
import { adjoins, type Token } from '../token.js';
import { unitBehind } from './measure.js';

/** `L four L five` and `L four to five` → `L4–L5`, `T two` → `T2`, and other letters that carry a number. */
export const spinalLevel: Rule = (tokens, at) => {
  const written = asWritten(tokens, at);
  if (written !== undefined) return written;
  const first = levelAt(tokens, at);
  if (first === undefined) return undefined;
  const second = secondLevel(tokens, at, first);
  const name = `${first.letter}${String(first.number)}`;
  if (second === undefined || !isStretch(tokens, at, first, second)) {
    return first.isWritten ? undefined : writeAs(name, first.length);
  }
  const other = `${second.letter}${String(second.number)}`;
  // After "from" a "to" is expected.
  if (tokens[at + first.length]?.lower === 'to' && wordBefore(tokens, at) === 'from') {
    return writePieces(
      { text: name, length: first.length },
      { text: 'to', length: 1 },
      { text: other, length: second.end - at - first.length - 1 },
    );
  }
  return writeAs(`${name}–${other}`, second.end - at);
};

interface Level {
  readonly letter: string;
  readonly number: number;
  readonly length: number;
  /** Whether the model wrote letter and number together already. */
  readonly isWritten: boolean;
}

/** Vertebrae by letter. */
const MOST: Readonly<Record<string, number>> = { C: 8, T: 12, L: 5, S: 5 };
const ORDER = 'CTLS';

function levelAt(tokens: readonly Token[], at: number): Level | undefined {
  const token = tokens[at];
  if (token === undefined) return undefined;
  const written = /^([CTLS])(\d{1,2})$/u.exec(token.text);
  if (written !== null) return levelOf(written[1] ?? '', Number(written[2]), 1, true);
  if (!/^[ctls]$/u.test(token.lower) || !adjoins(token, tokens[at + 1])) return undefined;
  if (NO_SPINE.has(wordBefore(tokens, at) ?? '')) return undefined;
  const number = numberAt(tokens, at + 1);
  if (number?.is === 'digits' && number.length === 2) {
    // "L four five" is the disc between.
    return levelOf(token.lower, Number(number.digits[0]), 2, false);
  }
  if (number?.is !== 'cardinal' && number?.is !== 'numeral') return undefined;
  if (unitBehind(tokens, at + 1, number.length) !== undefined) return undefined;
  if (wordBehind(tokens, at + 1, number.length) === 'times') return undefined;
  return levelOf(token.lower, Number(number.digits), 1 + number.length, false);
}

function levelOf(letter: string, number: number, length: number, isWritten: boolean): Level | undefined {
  const capital = letter.toUpperCase();
  const most = MOST[capital] ?? 0;
  return Number.isInteger(number) && number >= 1 && number <= most
    ? { letter: capital, number, length, isWritten }
    : undefined;
}

function secondLevel(
  tokens: readonly Token[],
  at: number,
  first: Level,
): { readonly letter: string; readonly number: number; readonly end: number } | undefined {
  const behind = at + first.length;
  if (!adjoins(tokens[behind - 1], tokens[behind])) return undefined;
  const joint = ['to', 'through', 'dash'].includes(tokens[behind]?.lower ?? '');
  const next = joint ? behind + 1 : behind;
  if (joint && !adjoins(tokens[behind], tokens[next])) return undefined;
  const level = levelAt(tokens, next);
  if (level !== undefined) return { letter: level.letter, number: level.number, end: next + level.length };
  const number = numberAt(tokens, next);
  // After a level that took the first of two digits, the second stands alone.
  const isOwn = !first.isWritten || joint;
  if (number?.is !== 'cardinal' || !isOwn || unitBehind(tokens, next, number.length)) return undefined;
  const short = levelOf(first.letter, Number(number.digits), number.length, false);
  return short && { letter: short.letter, number: short.number, end: next + short.length };
}

/** Neighbours, or a stretch of the spine. `S one S two` are sounds of the heart, `T one T two` weighted images. */
function isStretch(
  tokens: readonly Token[],
  at: number,
  first: { readonly letter: string; readonly number: number },
  second: { readonly letter: string; readonly number: number; readonly end: number },
): boolean {
  const place = ORDER.indexOf(first.letter) - ORDER.indexOf(second.letter);
  if (place > 0 || (place === 0 && first.number >= second.number)) return false;
  if (first.letter === 'L' || first.letter === 'C') return true;
  const around = [...wordsBefore(tokens, at, 8), ...wordsFrom(tokens, second.end, 4)];
  if (around.some((word) => SPINE.has(word))) return true;
  return first.letter === 'T' && (first.number > 4 || place < 0);
}

/** `L4-L5`, `L4-5` and `L4L5` as models write them. */
function asWritten(tokens: readonly Token[], at: number) {
  const match = /^([CTLS])(\d{1,2})(?:-([CTLS]?)|([CTLS]))(\d{1,2})$/u.exec(tokens[at]?.text ?? '');
  if (match === null) return undefined;
  const [, letter = '', number = '', behindDash = '', glued = '', end = ''] = match;
  const first = levelOf(letter, Number(number), 1, true);
  const second = levelOf(behindDash || glued || letter, Number(end), 1, true);
  const maySound = glued === letter && (letter === 'S' || letter === 'T');
  if (first === undefined || second === undefined || maySound) return keep(1);
  return writeAs(`${first.letter}${String(first.number)}–${second.letter}${String(second.number)}`, 1);
}

/** Words before a letter that is no vertebra: vitamin C, hepatitis C, type C. */
const NO_SPINE: ReadonlySet<string> = new Set([
  ...['vitamin', 'hepatitis', 'hep', 'protein', 'type', 'part', 'plan', 'section', 'group', 'class', 'stage'],
]);

const SPINE: ReadonlySet<string> = new Set([
  ...[
    'disc',
    'disk',
    'vertebra',
    'vertebrae',
    'vertebral',
    'spine',
    'spinal',
    'compression',
    'fracture',
    'level',
  ],
  ...[
    'levels',
    'thoracic',
    'lumbar',
    'sacral',
    'nerve',
    'root',
    'facet',
    'dermatome',
    'dermatomes',
    'fusion',
  ],
]);
