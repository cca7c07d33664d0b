import { isCommon } from '../terms/common-words.js';
import type { SpelledWord } from '../text/words.js';

/**
 * The words of an English utterance with the first letter in the case that the text before asks for: a capital after
 * the end of a sentence, a small letter within one. Speech is cut anywhere, and each piece is decoded as if it were a
 * text of its own. `before`: the text of the last final; absent at the beginning.
 */
export function casedAfter(
  before: string | undefined,
  words: readonly SpelledWord[],
): readonly SpelledWord[] {
  const [first, ...others] = words;
  if (before === undefined || !first) return words;
  const text = isEnded(before)
    ? capitalised(first.text)
    : isUnended(before)
      ? lowered(first.text)
      : first.text;
  return [{ ...first, text }, ...others];
}

function isEnded(text: string): boolean {
  return /(?<!\.)[.?!]["”’)]*$/u.test(text);
}

/**
 * Whether the sentence goes on: the text ends neither in a mark that ends one, nor in words that may dictate one, nor
 * in dots, after which either case may follow.
 */
function isUnended(text: string): boolean {
  return /[\p{L}\p{N},]$/u.test(text) && !DICTATED_END.test(text);
}

/** The last words of `period`, `new paragraph`, `scratch that` and the like. */
const DICTATED_END = /\b(?:period|stop|mark|point|paragraph|line|that),?$/iu;

/** With a capital at the beginning if all letters are small: `pH` and `mmHg` stay as they are. */
function capitalised(text: string): string {
  return /^\p{Ll}[^\p{Lu}\p{N}]*$/u.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
}

/** In small letters if it is known to be no name. */
function lowered(text: string): string {
  const small = text.toLowerCase();
  const [word = ''] = /^\p{L}+/u.exec(small) ?? [];
  return word.length > 1 && isCommon(word) && !NAMES.has(word) && text.slice(1) === small.slice(1)
    ? small
    : text;
}

/** Common words that are names when written with a capital. */
const NAMES: ReadonlySet<string> = new Set(['may', 'will']);
