import type { Segment, Word } from '@auscult/client';

interface HowSaid {
  readonly sequence?: number;
  /** Who says each word; the last says the rest. Nobody is told apart if absent. */
  readonly speakers?: readonly number[];
  /** What else is known of words. */
  readonly words?: Readonly<Record<string, Partial<Word>>>;
}

/** A final of that text in which every word takes half a second, ten seconds after that of the sequence before. */
export function segmentOf(text: string, { sequence = 0, speakers = [], words = {} }: HowSaid = {}): Segment {
  const start = 10 * sequence;
  const texts = text.split(/\s+/u).filter((word) => word !== '');
  const speakerOf = (index: number): number | undefined => speakers[index] ?? speakers.at(-1);
  return {
    text,
    sequence,
    start,
    end: start + texts.length / 2,
    confidence: 0.9,
    ...(speakers[0] !== undefined && { speaker: speakers[0] }),
    words: texts.map((word, index): Word => {
      const speaker = speakerOf(index);
      return {
        text: word,
        start: start + index / 2,
        end: start + (index + 1) / 2,
        confidence: 0.95,
        ...(speaker !== undefined && { speaker }),
        ...words[word],
      };
    }),
  };
}
