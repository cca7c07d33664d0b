import { languageWords, NUMBER, type ClinicalLanguage } from '../lexicon/clinical-language.js';
import type { TextChange } from './term-list.js';

/**
 * What the words around a term add to its allowance, nats: how much better it goes with them than what is written. Most
 * terms that sound like what was said were not said, so one that goes no better has less allowed than by its sound alone.
 * Fitted to what the decoder makes of proposals, see docs/decisions/0044-domain-language-model.md.
 */
export function contextAllowance(
  { before, written, instead, after }: TextChange,
  language: ClinicalLanguage,
): number {
  const ahead = before === undefined ? undefined : languageWords(before).at(-1);
  const behind = languageWords(after ?? '').slice(0, 1);
  const logProbability = (text: string) =>
    language.logProbability([...languageWords(text), ...behind], ahead);
  const added = SHARE * (logProbability(instead) - logProbability(written)) - LEAST;
  // What clinicians write often is no reason to take a number out of the text.
  return numbersIn(instead) < numbersIn(written) ? Math.min(added, 0) : added;
}

/**
 * What is allowed beyond that, nats: where something is written that is no word, something was misheard, whatever that was.
 */
export function nonwordAllowance(written: string, language: ClinicalLanguage): number {
  const isMisheard = languageWords(written).some((word) => LONG_WORD.test(word) && !language.isWord(word));
  return isMisheard ? NONWORD : 0;
}

function numbersIn(text: string): number {
  return languageWords(text).filter((word) => word === NUMBER).length;
}

/** What counts of the language's logarithms: it has seen little, and words that it does not know are many. */
const SHARE = 0.45;

/** What a term must gain by it to have as much allowed as by its sound alone, nats. */
const LEAST = 4;

/** Nats (benches `terms` and `invented-terms`). With 4, names of people become terms. */
const NONWORD = 3;

const LONG_WORD = /^[a-z]{4,}$/;
