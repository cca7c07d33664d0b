import { numeralsAt } from './numerals.js';
import { isNumberish, relationOf } from './number-runs.js';
import { readTokens } from './reading.js';
import { tokensOf, type Token } from './tokens.js';
import { SCALES } from './vocabulary.js';

/** Why a written text may not stand for what was said. */
export interface Difference {
  /** `values`: numbers, units or negations differ, or their order. `half written`: digits stand beside number words. */
  readonly kind: 'values' | 'half written';
  readonly said: readonly string[];
  readonly wrote: readonly string[];
}

/**
 * Compares finals as they were spoken, each within a second of the one before, with the same finals as they were
 * written. Undefined if every number, unit and negation is there, in order, or is written as it was spoken.
 */
export function differenceOf(spoken: readonly string[], written: readonly string[]): Difference | undefined {
  if (spoken.join('\n') === written.join('\n')) return undefined;
  const heard = spoken.map(tokensOf);
  const said = joinedAtCuts(heard, heard);
  const wrote = joinedAtCuts(heard, written.map(tokensOf));
  const admissible = readTokens(said, 'spoken').rows;
  const read = readTokens(wrote, 'written').rows;
  const differs = (kind: Difference['kind']): Difference => ({
    kind,
    said: [...admissible],
    wrote: [...read],
  });
  if (![...read].some((row) => admissible.has(row))) return differs('values');
  if (!staysBehindStops(spoken, written)) return differs('values');
  const inWords = spoken.length === 1 && spoken.every((text) => !/\d|\bu[hm]\b/u.test(text));
  if (inWords && written.some((text) => isHalfWritten(tokensOf(text)))) return differs('half written');
  return undefined;
}

/** The tokens of all finals. At a cut, a sentence ends only if the words before the cut can end one. */
function joinedAtCuts(spoken: readonly Token[][], finals: readonly Token[][]): Token[] {
  return finals.flatMap((tokens, index) => {
    const [last, next] = [tokens.at(-1), finals[index + 1]?.at(0)];
    if (next === undefined || last === undefined) return tokens;
    // Digits after a cut are read by themselves: after `point | 5 mg`, the final says 5 mg.
    const isMixed = isNumberPart(last) && isNumberPart(next) && last.kind !== next.kind;
    const ends = isMixed ? 'sentence' : endAtCut(spoken[index] ?? [], spoken[index + 1] ?? []);
    return [...tokens.slice(0, -1), { ...last, ends }];
  });
}

function isNumberPart(token: Token): boolean {
  return token.kind === 'digits' || token.text === 'point' || isNumberish([token], 0);
}

function endAtCut(left: readonly Token[], right: readonly Token[]): Token['ends'] {
  const last = left.at(-1);
  if (last === undefined || leavesOpen(left)) return 'nothing';
  if (last.ends !== 'part') return last.ends;
  return goesOver([...left.slice(0, -1), { ...last, ends: 'nothing' }, ...right], left.length)
    ? 'nothing'
    : 'part';
}

/** Whether something has to follow. A number that begins with its point does not end with zeros after the point. */
function leavesOpen(tokens: readonly Token[]): boolean {
  const behindPoint = tokens.findLastIndex(({ text }) => text !== 'oh' && text !== 'zero');
  const isZero = behindPoint < tokens.length - 1 && tokens[behindPoint]?.text === 'point';
  const whole = tokens[behindPoint - 1]?.text ?? '';
  if (isZero) return !isNumberish(tokens, behindPoint - 1) || ['oh', 'zero'].includes(whole);
  const last = tokens.at(-1)?.text ?? '';
  // `half` may continue as `half a million`; `two and a half` is complete.
  return OPEN.has(last) || (last === 'half' && tokens.at(-3)?.text !== 'and');
}

const OPEN: ReadonlySet<string> = new Set([
  ...['point', 'double', 'triple', 'and', 'or', 'to', 'through', 'over', 'by', 'slash', 'of', 'out'],
  ...['minus', 'plus', 'a'],
]);

/** If the recogniser ended a sentence inside a number: whether the rest of the number is written as it was spoken. */
function staysBehindStops(spoken: readonly string[], written: readonly string[]): boolean {
  return spoken.every((text, index) => {
    const next = spoken[index + 1];
    if (next === undefined) return true;
    const [left, right, wrote] = [tokensOf(text), tokensOf(next), tokensOf(written[index + 1] ?? '')];
    const last = left.at(-1);
    if (last?.ends !== 'sentence' || !isNumberish(left, left.length - 1)) return true;
    const joined = [...left.slice(0, -1), { ...last, ends: 'nothing' as const }, ...right];
    if (!goesOver(joined, left.length)) return true;
    const count = right.findIndex((_, at) => !isNumberish(joined, left.length + at));
    return right.slice(0, count).every((token, at) => token.text === wrote[at]?.text);
  });
}

function goesOver(tokens: readonly Token[], cut: number): boolean {
  const begins = tokens[cut]?.text ?? '';
  if (begins === 'point' || begins === 'oh' || SCALES.has(begins)) return true;
  return tokens
    .slice(0, cut)
    .some((_, at) => numeralsAt(tokens, at, false).some(({ end, kind }) => end > cut && kind === 'standard'));
}

/** Whether only a part of what belongs together is in digits: `8 and nine`, `3/14 slash 1962`, `T2 n one`. */
function isHalfWritten(tokens: readonly Token[]): boolean {
  return tokens.some((token, at) => {
    const isHour = token.kind === 'digits' && /^[ap]$/u.test(tokens[at + 1]?.text ?? '');
    if (isHour && tokens[at + 2]?.text === 'm') return true;
    if (token.text === 'slash' && tokens[at - 1]?.kind === 'digits') return true;
    const isLetter =
      /^\p{L}$/u.test(token.text) && tokens[at - 2]?.text.length === 1 && tokens[at - 1]?.glued;
    const isOut = token.text === 'out' && relationOf(tokens, at) !== undefined;
    if (relationOf(tokens, at) === undefined && !(isLetter && /^[tnm]$/u.test(token.text))) return false;
    const before = tokens[at - 1]?.text === '+' || tokens[at - 1]?.text === 'plus' ? at - 2 : at - 1;
    const behind = isOut ? at + 2 : at + 1;
    if (isWithinNumber(tokens, at) || !isNumberish(tokens, before) || !isNumberish(tokens, behind)) {
      return false;
    }
    return tokens[before]?.kind !== tokens[behind]?.kind;
  });
}

/** `2 and a half` is read as one number. */
function isWithinNumber(tokens: readonly Token[], at: number): boolean {
  return tokens
    .slice(0, at)
    .some((_, from) =>
      numeralsAt(tokens, from, false).some(({ end, kind }) => end > at + 1 && kind === 'standard'),
    );
}
