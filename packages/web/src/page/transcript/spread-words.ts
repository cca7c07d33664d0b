import type { Word } from '@auscult/client';

/** The time and confidence that words without their own are given. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly confidence: number;
}

/** Words with times in proportion to their letters. */
export function spreadWords(texts: readonly string[], { start, end, confidence }: Span): Word[] {
  const letters = Math.max(
    1,
    texts.reduce((sum, word) => sum + word.length, 0),
  );
  let before = 0;
  return texts.map((word) => {
    const from = start + ((end - start) * before) / letters;
    before += word.length;
    return { text: word, start: from, end: start + ((end - start) * before) / letters, confidence };
  });
}
