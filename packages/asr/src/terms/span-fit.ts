import { LRUCache } from 'lru-cache';
import { joinWords, type SpelledWord } from '../text/words.js';
import { isCommon } from './common-words.js';
import { isNumber, joinsNumber, keepsWords } from './kept-words.js';
import type { KeyTerm } from './key-term.js';
import { soundDistance, soundsOf, type Sounds } from './sound-distance.js';
import { soundSpelling } from './sound-spelling.js';
import { plainWords } from './term-list.js';

/** Successive words, and the words around them. */
export interface WordSpan {
  readonly words: readonly SpelledWord[];
  readonly first: number;
  readonly count: number;
}

/**
 * Whether a term changes only the words that it replaces: numbers, units and negations stay, and so do words that a
 * neighbouring number needs; and no word of the term is there twice afterwards.
 */
export function leavesTheRest({ words, first, count }: WordSpan, term: string): boolean {
  const written = joinWords(words.slice(first, first + count));
  if (!keepsWords(written, term)) return false;
  const [before, after] = [words[first - 1], words[first + count]];
  const [head, tail] = [words[first], words[first + count - 1]];
  const named = plainWords(term).split(' ');
  // A `five` must not be taken out of `twenty five`.
  const isParted = (edge: SpelledWord | undefined, beside: SpelledWord | undefined) =>
    edge !== undefined && beside !== undefined && isNumber(edge.text) && isNumber(beside.text);
  if (isParted(head, before) || isParted(tail, after)) return false;
  if (before && head && plainWords(head.text) !== named[0] && joinsNumber(head.text, before.text))
    return false;
  if (after && tail && plainWords(tail.text) !== named.at(-1) && joinsNumber(tail.text, after.text))
    return false;
  return !isMultiplied(words, first, count, named);
}

/** Whether the first words of a term also stand before it, or the last ones after it. */
function isMultiplied(
  words: readonly SpelledWord[],
  first: number,
  count: number,
  term: readonly string[],
): boolean {
  const plainOf = (some: readonly SpelledWord[]) =>
    some.flatMap(({ text }) => plainWords(text).split(' ')).filter((word) => word !== '');
  const before = plainOf(words.slice(Math.max(0, first - term.length), first));
  const written = plainOf(words.slice(first, first + count));
  const after = plainOf(words.slice(first + count, first + count + term.length));
  return term.some((_, index) => {
    const length = index + 1;
    const isSame = (one: readonly string[], other: readonly string[]) =>
      one.length === length && one.every((word, place) => word === other[place]);
    const [head, tail] = [term.slice(0, length), term.slice(-length)];
    return (
      (isSame(before.slice(-length), head) && !isSame(written.slice(0, length), head)) ||
      (isSame(after.slice(0, length), tail) && !isSame(written.slice(-length), tail))
    );
  });
}

/**
 * Whether a term is heard in exactly these words: with one word fewer at either end they sound less like it, with one
 * neighbouring word more they do not sound much more like it, and they do not sound more like a mere part of it.
 */
export function isHeardInAll({ words, first, count }: WordSpan, term: KeyTerm, distance: number): boolean {
  const distanceOf = (from: number, behind: number) =>
    termDistance(joinWords(words.slice(from, behind)), term);
  const end = first + count;
  const isCommonAt = (place: number) => isCommon(plainWords(words[place]?.text ?? ''));
  if (count > 1 && isCommonAt(first) && distanceOf(first + 1, end) <= distance) return false;
  if (count > 1 && isCommonAt(end - 1) && distanceOf(first, end - 1) <= distance) return false;
  const least = distance - MUCH_NEARER;
  if (first > 0 && !endsClause(words[first - 1]) && distanceOf(first - 1, end) < least) return false;
  if (end < words.length && !endsClause(words[end - 1]) && distanceOf(first, end + 1) < least) return false;
  const written = joinWords(words.slice(first, end));
  const parts = plainWords(term.text).split(' ');
  if (parts.length === 1) return true;
  const partDistance = (from: number, behind: number) =>
    termDistance(written, { text: parts.slice(from, behind).join(' ') });
  return (
    partDistance(1, parts.length) > distance - MUCH_NEARER && partDistance(0, -1) > distance - MUCH_NEARER
  );
}

/** The distance of a text from the nearest way to say a term, see `soundDistance`. */
function termDistance(text: string, { text: written, soundsLike = [] }: KeyTerm): number {
  const sounds = soundsIn(text);
  return Math.min(...[written, ...soundsLike].map((saying) => soundDistance(soundsIn(saying), sounds)));
}

/** The sounds of a text. They are cached, as the same words are compared with many terms, and the same terms with many words. */
function soundsIn(text: string): Sounds {
  const known = latest.get(text);
  if (known) return known;
  const sounds = soundsOf(soundSpelling(text));
  latest.set(text, sounds);
  return sounds;
}

const latest = new LRUCache<string, Sounds>({ max: 1_000 });

/** Whether a clause ends with a word, so that no term continues after it. */
export function endsClause(word: SpelledWord | undefined): boolean {
  return word !== undefined && /[,;:.?!]$/.test(word.text);
}

/**
 * The share of the sounds by which a neighbouring word must bring a term nearer to be a part of it (bench `terms`).
 */
const MUCH_NEARER = 0.1;
