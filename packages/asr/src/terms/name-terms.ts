import type { SpelledWord } from '../text/words.js';
import { asOneWord, plainWords, type TermList } from './term-list.js';

/** A term of a list that was found among the words heard. */
export interface NamedTerm {
  readonly firstToken: number;
  readonly tokens: number;
  /** The term as it is to be written, with the punctuation around it. */
  readonly text: string;
}

/** Finds the terms of lists among words, the longest first where they overlap, and says how they are to be written. */
export function nameTerms(words: readonly SpelledWord[], lists: readonly TermList[]): NamedTerm[] {
  const named: NamedTerm[] = [];
  for (let first = 0; first < words.length;) {
    const found = longestFrom(words, first, lists);
    if (found) named.push(found.term);
    first += found?.words ?? 1;
  }
  return named;
}

function longestFrom(
  words: readonly SpelledWord[],
  first: number,
  lists: readonly TermList[],
): { readonly term: NamedTerm; readonly words: number } | undefined {
  // One word may be heard as two.
  const most = Math.max(0, ...lists.map(({ mostWords, byLetters }) => mostWords + Math.sign(byLetters.size)));
  for (let count = Math.min(most, words.length - first); count > 0; count--) {
    const span = words.slice(first, first + count);
    const text = span
      .map((word, index) => (word.spaceBefore && index > 0 ? ` ${word.text}` : word.text))
      .join('');
    const plain = plainWords(text);
    const joined = asOneWord(plain);
    for (const { terms, bySpelling, byLetters } of lists) {
      const number = bySpelling.get(plain) ?? (joined === undefined ? undefined : byLetters.get(joined));
      const term = number === undefined ? undefined : terms[number];
      const [head, tail] = [span[0], span.at(-1)];
      if (!term || !head || !tail) continue;
      const tokens = tail.firstToken + tail.tokens - head.firstToken;
      const startsSentence = first === 0 || /[.?!]$/.test(words[first - 1]?.text ?? '');
      const written = writtenAs(term.text, text, startsSentence);
      return { words: count, term: { firstToken: head.firstToken, tokens, text: written } };
    }
  }
  return undefined;
}

/** A term in place of the words heard, with their punctuation and, at the beginning of a sentence, a capital. */
function writtenAs(term: string, heard: string, startsSentence: boolean): string {
  const [before = ''] = /^[^\p{L}\p{N}]*/u.exec(heard) ?? [];
  const [behind = ''] = /[^\p{L}\p{N}]*$/u.exec(heard) ?? [];
  const first = heard.charAt(before.length);
  const capital = startsSentence && first !== first.toLowerCase() && term === term.toLowerCase();
  return `${before}${capital ? `${term.charAt(0).toUpperCase()}${term.slice(1)}` : term}${behind}`;
}

/** The words with terms as they are to be written. A term that was heard as several words becomes one word. */
export function writeTerms(words: readonly SpelledWord[], named: readonly NamedTerm[]): SpelledWord[] {
  return named.reduce<readonly SpelledWord[]>((written, term) => {
    const first = written.findIndex(({ firstToken }) => firstToken === term.firstToken);
    const behind = written.findIndex(({ firstToken }) => firstToken >= term.firstToken + term.tokens);
    if (first < 0) return written;
    const span = written.slice(first, behind < 0 ? undefined : behind);
    return [
      ...written.slice(0, first),
      ...inPlaceOf(span, term),
      ...(behind < 0 ? [] : written.slice(behind)),
    ];
  }, words) as SpelledWord[];
}

function inPlaceOf(span: readonly SpelledWord[], { text, firstToken, tokens }: NamedTerm): SpelledWord[] {
  const texts = text.split(' ');
  if (texts.length === span.length)
    return span.map((word, index) => ({ ...word, text: texts[index] ?? word.text }));
  const spaceBefore = span[0]?.spaceBefore ?? true;
  return [
    {
      text,
      spaceBefore,
      firstToken,
      tokens,
      confidence: Math.min(...span.map(({ confidence }) => confidence)),
    },
  ];
}
