import { normaliseEnglish, wordsOf } from './normalise-english.js';

/**
 * Brings English text to the form in which transcripts are scored: as `normaliseEnglish`, and then with one spelling for
 * each word and without the fillers that it leaves. Counted as errors, "OK" for "okay" alone would add 2.6 points to the word
 * error rate of interviews.
 */
export function comparableText(text: string): string {
  return comparableWords(text).join(' ');
}

/** The words of a text in that form. */
export function comparableWords(text: string): string[] {
  return wordsOf(normaliseEnglish(text)).flatMap((word) => SAME_WORDS.get(word) ?? [word]);
}

const FILLERS = ['uhh', 'umm', 'ah', 'ahh', 'mmhmm', 'uhhuh', 'aha'];

const SAME_WORDS = new Map<string, readonly string[]>([
  ['ok', ['okay']],
  ['alright', ['all', 'right']],
  ...FILLERS.map((filler) => [filler, []] as const),
]);
