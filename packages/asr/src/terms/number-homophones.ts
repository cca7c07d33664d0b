import { isMassOrVolume } from '../text/written-form/unit-names.js';
import type { SpelledWord } from '../text/words.js';
import { plainWords } from './term-list.js';
import type { TermProposal } from './term-proposals.js';

/** Numbers that sound like small words before a unit, where small words make no sense: `takes to grams`. */
export function proposeHomophones(words: readonly SpelledWord[]): TermProposal[] {
  return words.flatMap(({ text }, firstWord) => {
    const number = HOMOPHONES.get(plainWords(text));
    const unit = words[firstWord + 1];
    if (number === undefined || !unit || !isMassOrVolume(plainWords(unit.text))) return [];
    return [{ firstWord, words: 1, text: number, allowance: ALLOWANCE, context: 0 }];
  });
}

const HOMOPHONES: ReadonlyMap<string, string> = new Map([
  ['to', 'two'],
  ['too', 'two'],
  ['for', 'four'],
  ['ate', 'eight'],
]);

/** How much less likely a number may be than the small words, nats (bench `terms`): only a number makes sense there. */
const ALLOWANCE = 8;
