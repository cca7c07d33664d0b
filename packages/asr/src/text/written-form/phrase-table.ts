import { adjoins, type Token } from './token.js';

/** The written forms of phrases of several words, by the first word. */
export type PhraseTable<Meaning> = ReadonlyMap<string, readonly Phrase<Meaning>[]>;

interface Phrase<Meaning> {
  readonly words: readonly string[];
  readonly meaning: Meaning;
}

/**
 * Makes a table of phrases in lower case, their words separated by spaces. If several match, the first one listed is found.
 */
export function phraseTable<Meaning>(phrases: readonly (readonly [string, Meaning])[]): PhraseTable<Meaning> {
  const table = new Map<string, Phrase<Meaning>[]>();
  for (const [phrase, meaning] of phrases) {
    const words = phrase.split(' ');
    const [first = ''] = words;
    table.set(first, [...(table.get(first) ?? []), { words, meaning }]);
  }
  return table;
}

/** The phrase of a table that begins at `at`, with nothing but spaces between its words, and how many tokens it has. */
export function phraseAt<Meaning>(
  tokens: readonly Token[],
  at: number,
  table: PhraseTable<Meaning>,
): { readonly meaning: Meaning; readonly length: number } | undefined {
  const found = table
    .get(tokens[at]?.lower ?? '')
    ?.find(({ words }) =>
      words.every(
        (word, index) =>
          tokens[at + index]?.lower === word &&
          (index === 0 || adjoins(tokens[at + index - 1], tokens[at + index])),
      ),
    );
  return found && { meaning: found.meaning, length: found.words.length };
}
