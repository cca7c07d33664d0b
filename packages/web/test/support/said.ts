import { lineOf, type Line } from '../../src/page/transcript/line.js';

interface HowSaid {
  readonly start?: number;
  readonly channel?: number;
  /** Confidences of words that were not heard well. */
  readonly confidence?: Readonly<Record<string, number>>;
}

/** A line in which every word takes a second. */
export function said(text: string, { start = 0, channel, confidence = {} }: HowSaid = {}): Line {
  const words = text.split(' ').map((word, index) => ({
    text: word,
    start: start + index,
    end: start + index + 1,
    confidence: confidence[word] ?? 0.95,
  }));
  const end = start + words.length;
  return lineOf(
    { text, start, end, confidence: 0.9, words, ...(channel === undefined ? {} : { channel }) },
    0,
  );
}
