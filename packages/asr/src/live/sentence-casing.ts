import { isCommon } from '../terms/common-words.js';
import type { SpelledWord } from '../text/words.js';

/**
 * Words of an English utterance with the first letter that the text before asks for: a capital behind the end of a
 * sentence, none within one. Speech is cut anywhere, and each piece is decoded as if it might be a text of its own.
 * `before`: the text of the last final; absent at the beginning.
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

/** Neither at the end of a sentence, nor at one that may be dictated, nor at dots, behind which either may come. */
function isUnended(text: string): boolean {
  return /[\p{L}\p{N},]$/u.test(text) && !DICTATED_END.test(text);
}

/** What `period`, `new paragraph`, `scratch that` and the like end with. */
const DICTATED_END = /\b(?:period|stop|mark|point|paragraph|line|that),?$/iu;

/** A capital where all is in small letters: `pH` and `mmHg` are written like that. */
function capitalised(text: string): string {
  return /^\p{Ll}[^\p{Lu}\p{N}]*$/u.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
}

/** Small letters for words of which it is known that they are no name. */
function lowered(text: string): string {
  const small = text.toLowerCase();
  const [word = ''] = /^\p{L}+/u.exec(small) ?? [];
  return word.length > 1 && isCommon(word) && !NAMES.has(word) && text.slice(1) === small.slice(1)
    ? small
    : text;
}

/** Common words that are names with a capital. */
const NAMES: ReadonlySet<string> = new Set(['may', 'will']);
