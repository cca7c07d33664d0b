import type { LexiconTerm } from '@auscult/asr';
import type { WordFrequencies } from '../sources/word-frequencies.js';
import { FAMILIAR_WORDS, isOrdinary } from './ordinary-words.js';

/**
 * The verbs, adjectives and adverbs derived from single words of the lexicon, if they occur in books:
 * `intubation` → `intubated`, `meniscus` → `meniscal`, `subcutaneous` → `subcutaneously`. Names in
 * classifications are nouns, but speech has other forms, too.
 */
export function deriveWords(terms: readonly LexiconTerm[], frequencies: WordFrequencies): LexiconTerm[] {
  return terms
    .filter(({ text }) => /^[a-z]{6,}$/.test(text))
    .flatMap((term) =>
      formsOf(term.text)
        .filter((form) => frequencies.count(form) > 0 && !isOrdinary(form, frequencies, FAMILIAR_WORDS))
        .map((text) => ({ ...term, text, weight: Math.max(0.1, Math.round(80 * term.weight) / 100) })),
    );
}

function formsOf(word: string): string[] {
  return FORMS.flatMap(([ending, others]) =>
    word.endsWith(ending) ? others.map((other) => word.slice(0, -ending.length) + other) : [],
  );
}

const FORMS: readonly (readonly [string, readonly string[]])[] = [
  ['ation', ['ate', 'ated', 'ating']],
  ['ization', ['ized', 'izing']],
  ['ectomy', ['ectomies']],
  ['us', ['al', 'ar']],
  ['um', ['al']],
  ['a', ['al', 'ar', 'tous']],
  ['is', ['al', 'tic']],
  ['ic', ['ically']],
  ['ous', ['ously']],
  ['al', ['ally']],
];
