import { languageWords, NUMBER, type ClinicalLanguage } from '../lexicon/clinical-language.js';
import type { TextChange } from './term-list.js';

/**
 * What the words around a term add to its allowance, nats: how much better the term fits them than what is written. Most
 * terms that sound like what was said were not said, so a term that fits no better is allowed less than by its sound
 * alone. Fitted to how the decoder judges proposals, see docs/decisions/0044-domain-language-model.md.
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
  // A number must not be replaced only because clinicians often write something else in its place.
  return numbersIn(instead) < numbersIn(written) ? Math.min(added, 0) : added;
}

/**
 * The further allowance if something written is not a word, so that something was certainly misheard, nats. It is less if
 * the string may be a name, or is the smaller part of what is written.
 */
export function nonwordAllowance(written: string, language: ClinicalLanguage): number {
  const nonwords = nonwordsIn(written, language);
  if (nonwords.length === 0) return 0;
  const uncapitalised = nonwordsIn(written.replace(CAPITALISED, ' '), language);
  return lettersOf(uncapitalised) * 2 >= lettersOf(languageWords(written)) ? NONWORD : PERHAPS_A_NAME;
}

/** Whether a text contains something that is not a word. */
export function isMisheard(written: string, language: ClinicalLanguage): boolean {
  return nonwordsIn(written, language).length > 0;
}

function nonwordsIn(written: string, language: ClinicalLanguage): string[] {
  return languageWords(written).filter((word) => LONG_WORD.test(word) && !language.isWord(word));
}

function lettersOf(words: readonly string[]): number {
  return words.reduce((sum, { length }) => sum + length, 0);
}

function numbersIn(text: string): number {
  return languageWords(text).filter((word) => word === NUMBER).length;
}

/** Weight of the language model, which was made from little text and does not know many words. */
const SHARE = 0.45;

/** How much better a term must fit its context to be allowed as much as by its sound alone, nats. */
const LEAST = 4;

/** The allowance for a string that is no word, nats (benches `terms` and `invented-terms`). */
const NONWORD = 8;

/** The allowance if the string may be a name, nats: with 4, names of people become terms. */
const PERHAPS_A_NAME = 3;

/** A capitalised word, with parts that hyphens join to it: `Al-zaman`. */
const CAPITALISED = /\S*\p{Lu}\S*/gu;

const LONG_WORD = /^[a-z]{4,}$/;
