import { proposeConfusables, type Confusables } from '../terms/confusables.js';
import { proposeHomophones } from '../terms/number-homophones.js';
import type { TermList } from '../terms/term-list.js';
import { proposeTerms, type TermProposal } from '../terms/term-proposals.js';
import type { TokenText } from '../text/token-text.js';
import { joinWords, spellWords, type SpelledWord } from '../text/words.js';
import type { Hypothesis } from './search.js';
import type { SpeechModel } from './speech-model.js';

/** The terms that may have been said, in all lists. */
export interface ExpectedTerms {
  readonly lists: readonly TermList[];
  readonly confusables: Confusables | undefined;
}

/** New tokens in place of some tokens of a hypothesis. */
export interface TermChange {
  readonly proposal: TermProposal;
  /** The text that it would write, and the text that is written. */
  readonly text: string;
  readonly written: string;
  readonly firstToken: number;
  readonly tokens: number;
  readonly replacement: readonly number[];
  /** The first token of each word that is written. */
  readonly wordTokens: readonly number[];
}

/** Terms that sound like words of a hypothesis, as tokens; without those that were `weighed` already, by `changeName`. */
export function changesOf(
  { tokens, logProbabilities }: Hypothesis,
  { lists, confusables }: ExpectedTerms,
  { textOf, encode }: Pick<SpeechModel, 'textOf' | 'encode'>,
  weighed: ReadonlySet<string>,
): TermChange[] {
  // Decoders join words that they do not know to ones that they do: `start-arga-traubin`.
  const words = spellWords(tokens, logProbabilities, textOf, 'hyphens').map((word) =>
    asSureAsItsLetters(word, tokens, logProbabilities, textOf),
  );
  const confused = confusables
    ? [...proposeConfusables(words, confusables), ...proposeHomophones(words)]
    : [];
  return [...proposeTerms(words, lists), ...confused].flatMap((proposal) => {
    const first = words[proposal.firstWord];
    const last = words[proposal.firstWord + proposal.words - 1];
    if (!first || !last) return [];
    let end = last.firstToken + last.tokens;
    // Punctuation after the words stays.
    while (end > first.firstToken && isPunctuation(textOf(tokens[end - 1] ?? 0))) end--;
    if (end === first.firstToken) return [];
    const text = startsSentence(words, proposal.firstWord) ? capitalised(proposal.text) : proposal.text;
    const { firstToken } = first;
    const kept = spellWords(tokens.slice(firstToken, end), logProbabilities.slice(firstToken, end), textOf);
    const change = {
      ...{ proposal, text, written: joinWords(kept), firstToken, tokens: end - firstToken },
      wordTokens: words
        .slice(proposal.firstWord, proposal.firstWord + proposal.words)
        .map((word) => word.firstToken),
    };
    return weighed.has(changeName(change))
      ? []
      : [{ ...change, replacement: encode(withoutTallLetters(text)) }];
  });
}

/**
 * A word without the doubt about the punctuation after it: whether a sentence ends says nothing about its last word.
 */
function asSureAsItsLetters(
  word: SpelledWord,
  tokens: readonly number[],
  logProbabilities: readonly number[],
  textOf: SpeechModel['textOf'],
): SpelledWord {
  let end = word.firstToken + word.tokens;
  while (end > word.firstToken + 1 && isPunctuation(textOf(tokens[end - 1] ?? 0))) end--;
  return { ...word, confidence: Math.exp(Math.min(...logProbabilities.slice(word.firstToken, end))) };
}

/** Names a change by its texts; the same change elsewhere in the text has the same name. */
export function changeName({ text, written }: Pick<TermChange, 'text' | 'written'>): string {
  return `${written}|${text}`;
}

function isPunctuation({ bytes }: TokenText): boolean {
  return bytes.every((byte) => byte < 0x80 && !/[A-Za-z0-9 ]/.test(String.fromCharCode(byte)));
}

function startsSentence(words: readonly { readonly text: string }[], place: number): boolean {
  const first = words[place]?.text.charAt(0) ?? '';
  if (first === first.toLowerCase()) return false;
  return place === 0 || /[.?!]$/.test(words[place - 1]?.text ?? '');
}

/**
 * Lists may have `MetoPROLOL`, so that readers do not mistake it for similar names. No text that a decoder was
 * trained on does.
 */
function withoutTallLetters(text: string): string {
  return text.replace(/\p{L}+/gu, (word) =>
    /\p{Ll}/u.test(word) && /\p{Lu}{3}/u.test(word) ? word.charAt(0) + word.slice(1).toLowerCase() : word,
  );
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
