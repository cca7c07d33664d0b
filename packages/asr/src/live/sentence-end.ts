import type { RecognitionResult } from '../inference/messages/recognition-job.js';
import { heardStatements } from '../text/kept-meaning/statements.js';
import { bareWord, type SpelledWord } from '../text/words.js';

/**
 * What the words before a pause say about it: the sentence is complete and surely heard, it goes on, or neither is
 * clear.
 */
export type SentenceEnd = 'complete' | 'hanging' | 'unclear';

/**
 * Judges the pause after a hypothesis. Only English is judged: of other languages it is not known which words cannot
 * be the last.
 */
export function sentenceEnd(
  words: readonly SpelledWord[],
  { endLogProbability, stopped }: Pick<RecognitionResult, 'endLogProbability' | 'stopped'>,
  language: string,
): SentenceEnd {
  const last = words.at(-1);
  if (!last || stopped !== 'end' || !language.startsWith('en')) return 'unclear';
  // Of a number there may be more to come, or its unit.
  if (HANGING.has(bareWord(last.text)) || /[,:;–-]$|\.\.\.$|…$/u.test(last.text) || saysANumber(last))
    return 'hanging';
  const isSure = endLogProbability >= SURE.end && last.confidence >= SURE.lastWord;
  return /[.?!]$/u.test(last.text) && isSure ? 'complete' : 'unclear';
}

function saysANumber({ text }: SpelledWord): boolean {
  return heardStatements([text.replace(/[^\p{L}\p{N}']+$/u, '')]).some(({ kind }) => kind === 'number');
}

/** How sure the decoder must be that the text ends, and of the last word. Not tuned: see docs/decisions/0085. */
const SURE = { end: Math.log(0.9), lastWord: 0.5 } as const;

/** Words after which a sentence goes on: articles, conjunctions, prepositions, possessives and fillers. */
const HANGING = new Set(
  (
    'a an the and or but nor because if when while that which who whose than as so then like also ' +
    'of to in on at by for from with without into onto about over under between during through until since per ' +
    'my your his her its our their this these those some any every each ' +
    "is are was were be been am has have had do does did will would can could should may might must i'm i've it's " +
    "there's that's he's she's we're they're you're um uh er hmm well very really just maybe plus minus point"
  ).split(' '),
);
