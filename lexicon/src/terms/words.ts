/** The words of a name: letters, and the digits, hyphens and apostrophes within them. */
export function wordsIn(text: string): string[] {
  return (
    text
      .normalize('NFC')
      .replaceAll('’', "'")
      .match(/[\p{L}][\p{L}\d]*(?:['-][\p{L}\d]+)*/gu) ?? []
  );
}

/** Every run of one to four words, with a space between them. */
export function phrasesIn(words: readonly string[]): string[] {
  return words.flatMap((_, start) =>
    [1, 2, 3, 4]
      .filter((length) => start + length <= words.length)
      .map((length) => words.slice(start, start + length).join(' ')),
  );
}
