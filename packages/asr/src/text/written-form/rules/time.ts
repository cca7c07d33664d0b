import { isPlain } from '../number-text.js';
import { says, wordBehind, wordBefore, writeAs, writePieces, type Rule } from '../rule.js';
import { numberAt, type SpokenNumber } from '../spoken-number.js';
import { adjoins, type Token } from '../token.js';

/** `three thirty p m` → `3:30 PM`, `nine o'clock` → `9 o'clock`, `oh eight hundred` → `0800`. */
export const time: Rule = (tokens, at) =>
  military(tokens, at) ?? clocks(tokens, at) ?? clock(tokens, at) ?? writtenClock(tokens, at);

/** `3:30 p.m.`, as models write it. */
const writtenClock: Rule = (tokens, at) => {
  const text = tokens[at]?.text ?? '';
  if (!/^(?:[1-9]|1[0-2]):[0-5]\d$/u.test(text) || !adjoins(tokens[at], tokens[at + 1])) return undefined;
  const half = meridiemAt(tokens, at + 1);
  return half === undefined ? undefined : writePieces({ text, length: 1 }, half);
};

/** `ten to eleven a m` → `10 to 11 AM`. */
const clocks: Rule = (tokens, at) => {
  const first = numberAt(tokens, at);
  const joint = first && wordBehind(tokens, at, first.length);
  if (first === undefined || joint === undefined || !JOINTS.has(joint)) return undefined;
  const start = at + first.length + 1;
  const second = wordBehind(tokens, at, first.length + 1) === undefined ? undefined : numberAt(tokens, start);
  if (second === undefined || wordBehind(tokens, start, second.length) === undefined) return undefined;
  const half = meridiemAt(tokens, start + second.length);
  const [from, to] = [clockText(first), clockText(second)];
  if (half === undefined || from === undefined || to === undefined) return undefined;
  return writePieces(
    { text: from, length: first.length },
    { text: joint === 'dash' ? 'to' : joint, length: 1 },
    { text: to, length: second.length },
    half,
  );
};

const JOINTS: ReadonlySet<string> = new Set(['to', 'through', 'until', 'till', 'or', 'and', 'dash']);

const clock: Rule = (tokens, at) => {
  const number = numberAt(tokens, at);
  if (number === undefined || wordBehind(tokens, at, number.length) === undefined) return undefined;
  const end = at + number.length;
  const text = clockText(number);
  if (text === undefined) return undefined;
  const half = meridiemAt(tokens, end);
  if (half !== undefined) return writePieces({ text, length: number.length }, half);
  if (tokens[end]?.lower === "o'clock") return writeAs(text, number.length);
  const told = text.includes(':') && DAYTIMES.some((words) => says(tokens, end, ...words));
  return told ? writeAs(text, number.length) : undefined;
};

/** Hours and minutes on a clock of twelve hours. */
function clockText(number: SpokenNumber): string | undefined {
  if (isPlain(number)) return isHour(number.digits) ? number.digits : undefined;
  if (number.is === 'pair') return hourAndMinutes(number.high, number.low);
  if (number.is !== 'elided' || number.digits.length !== 3) return undefined;
  return hourAndMinutes(Number(number.digits[0]), Number(number.digits.slice(1)));
}

function hourAndMinutes(hour: number, minutes: number): string | undefined {
  return hour >= 1 && hour <= 12 && minutes < 60
    ? `${String(hour)}:${String(minutes).padStart(2, '0')}`
    : undefined;
}

function isHour(digits: string): boolean {
  return /^(?:[1-9]|1[0-2])$/u.test(digits);
}

function meridiemAt(
  tokens: readonly Token[],
  at: number,
): { readonly text: string; readonly length: number } | undefined {
  for (const half of ['a', 'p'] as const) {
    const text = `${half.toUpperCase()}M`;
    if (says(tokens, at, half, 'm')) return { text, length: 2 };
    // "I am" is ruled out by what stands before.
    if (tokens[at]?.lower === `${half}m`) return { text, length: 1 };
  }
  return undefined;
}

/** A 24-hour clock: with `oh` before it or `hours` after it. */
const military: Rule = (tokens, at) => {
  const first = tokens[at];
  const zero = first?.lower === 'oh' || first?.lower === 'zero';
  const start = zero ? at + 1 : at;
  if (zero && !adjoins(first, tokens[start])) return undefined;
  const number = numberAt(tokens, start);
  if (number === undefined) return undefined;
  const length = start - at + number.length;
  const digits = militaryDigits(number, zero);
  if (digits === undefined) return undefined;
  const hours = wordBehind(tokens, at, length) === 'hours';
  if (!hours && !(zero && wordBefore(tokens, at) === 'at')) return undefined;
  return writeAs(digits, length);
};

function militaryDigits(number: SpokenNumber, zero: boolean): string | undefined {
  const digits =
    number.is === 'pair'
      ? String(number.high * 100 + number.low)
      : number.is === 'elided' || number.is === 'cardinal'
        ? number.digits
        : '';
  if (!/^(?:[01]?\d|2[0-3])[0-5]\d$/u.test(digits)) return undefined;
  if (zero) return digits.length === 3 ? `0${digits}` : undefined;
  return digits.length === 4 ? digits : undefined;
}

const DAYTIMES = [
  ['in', 'the', 'morning'],
  ['in', 'the', 'afternoon'],
  ['in', 'the', 'evening'],
  ['this', 'morning'],
  ['this', 'afternoon'],
  ['this', 'evening'],
  ['yesterday'],
  ['tonight'],
] as const;
