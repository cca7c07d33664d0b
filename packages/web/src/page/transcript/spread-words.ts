import type { Word } from '@auscult/client';

/** The time and confidence that words without their own are given. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly confidence: number;
}

/** The words of a text, with times in proportion to their letters. */
export function spreadWords(text: string, { start, end, confidence }: Span): Word[] {
  const texts = text.split(/\s+/u).filter((word) => word !== '');
  const letters = texts.reduce((sum, word) => sum + word.length, 0);
  let before = 0;
  return texts.map((word) => {
    const from = start + ((end - start) * before) / letters;
    before += word.length;
    return { text: word, start: from, end: start + ((end - start) * before) / letters, confidence };
  });
}
