import type { Word } from '../../live/live-transcription.js';
import { joinWords, type SpelledWord } from '../words.js';
import { heardStatements, writtenStatements, type Statement } from './statements.js';

/**
 * Whether every number and every negation among the words heard is in the text written for them, once and in order.
 * It reads both independently and knows none of the rules that lead from one to the other (docs/decisions/0056), so it may
 * say no although nothing is lost; the words then stay as they were heard. Takes time in proportion to the number of words.
 */
export function keepsMeaning(heard: readonly string[], written: readonly string[]): boolean {
  if (heard.length === written.length && heard.every((word, at) => word === written[at])) return true;
  return areSame(heardStatements(heard), writtenStatements(written));
}

/**
 * Whether a number or a negation among the words is missing from those that dictated commands left, without having
 * been taken back by `scratch that`.
 */
export function losesMeaning(words: readonly Word[], left: readonly Word[]): boolean {
  let next = 0;
  const dropped = words.filter(({ start, end }) => {
    const isLeft = left[next]?.start === start && left[next]?.end === end;
    if (isLeft) next += 1;
    return !isLeft;
  });
  const scratched = dropped.findLastIndex(({ text }) => /^scratch\b/iu.test(text));
  return dropped.slice(scratched + 1).some(({ text }) => heardStatements([text]).length > 0);
}

/**
 * Whether words keep their meaning when terms are written in their place. If a term has exactly the letters of the words, as
 * Tenormin for `ten ormin`, none of the words was a number.
 */
export function termsKeepMeaning(heard: readonly SpelledWord[], named: readonly SpelledWord[]): boolean {
  if (lettersOf(heard) === lettersOf(named)) return true;
  return keepsMeaning(joinWords(heard).split(' '), joinWords(named).split(' '));
}

function lettersOf(words: readonly SpelledWord[]): string {
  return words.map(({ text }) => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')).join('');
}

/** Whether statements are the same. A number that was heard as one may be written in parts near each other: `330` as `3:30`. */
function areSame(heard: readonly Statement[], written: readonly Statement[]): boolean {
  let at = 0;
  for (const said of heard) {
    if (said.kind === 'negation') {
      const wrote = written[at];
      if (wrote?.kind !== 'negation' || wrote.text !== said.text) return false;
      at += 1;
      continue;
    }
    let digits = '';
    while (digits.length < said.digits.length) {
      const wrote = written[at];
      if (wrote?.kind !== 'number' || (digits !== '' && !wrote.near)) return false;
      digits += wrote.digits;
      at += 1;
    }
    if (digits !== said.digits) return false;
  }
  return at === written.length;
}
