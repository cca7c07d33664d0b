import type { RecognitionResult } from '../inference/messages/recognition-job.js';
import { textReading } from '../text/kept-meaning/text-reading.js';
import type { TokenText } from '../text/token-text.js';
import { bareWord, spellWords } from '../text/words.js';
import { saysSomething } from './elect-words.js';
import { joinResults } from './join-results.js';

/**
 * Puts words that were heard by themselves into a hypothesis, before its token `token`; undefined if they would not add
 * what was said: inside a word, if the hypothesis has them already, or if they would change a number or a negation of
 * either.
 */
export function insertWords(
  whole: RecognitionResult,
  token: number,
  added: RecognitionResult,
  textOf: (token: number) => TokenText,
): RecognitionResult | undefined {
  const wordsOf = ({ tokens, logProbabilities }: Spelled) => spellWords(tokens, logProbabilities, textOf);
  const isBetweenWords =
    token === whole.tokens.length || wordsOf(whole).some(({ firstToken }) => firstToken === token);
  if (!isBetweenWords) return undefined;
  const [before, behind] = [part(whole, 0, token), part(whole, token, whole.tokens.length)];
  const [left, middle, right] = [before, added, behind].map((one) => wordsOf(one).map(({ text }) => text));
  if (!left || !middle || !right || middle.length === 0) return undefined;
  if (saysBoth(left.at(-1), middle[0]) || saysBoth(middle.at(-1), right[0])) return undefined;
  if (isThereAlready(middle, left.slice(-NEARBY), right.slice(0, NEARBY))) return undefined;
  const joined = joinResults(joinResults(before, added), behind);
  const said = [left, middle, right].map(textReading).join('');
  return textReading(wordsOf(joined).map(({ text }) => text)) === said ? joined : undefined;
}

/** Whether two words that would become neighbours may be taken for one number, or one negate the other. */
function saysBoth(...pair: readonly (string | undefined)[]): boolean {
  return pair.every((word) => word !== undefined && saysSomething(word));
}

type Spelled = Pick<RecognitionResult, 'tokens' | 'logProbabilities'>;

/** How many words before and behind are looked through for those that were heard by themselves. */
const NEARBY = 8;

/** Whether most of the words are near: the decoder heard them, but looked elsewhere meanwhile. */
function isThereAlready(
  words: readonly string[],
  before: readonly string[],
  behind: readonly string[],
): boolean {
  const near = new Set([...before, ...behind].map(bareWord));
  return words.filter((word) => near.has(bareWord(word))).length * 2 > words.length;
}

/** The tokens from `from` to `to`, with what is known of them. */
function part(whole: RecognitionResult, from: number, to: number): RecognitionResult {
  const isInside = ({ firstToken, tokens }: { readonly firstToken: number; readonly tokens: number }) =>
    firstToken >= from && firstToken + tokens <= to;
  const moved = <Span extends { readonly firstToken: number }>(span: Span): Span => ({
    ...span,
    firstToken: span.firstToken - from,
  });
  return {
    ...whole,
    tokens: whole.tokens.slice(from, to),
    logProbabilities: whole.logProbabilities.slice(from, to),
    heardAt: whole.heardAt.slice(from, to),
    terms: whole.terms.filter(isInside).map(moved),
    alternatives: whole.alternatives.filter(isInside).map(moved),
  };
}
