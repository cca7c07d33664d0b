import type { Word } from '@auscult/client';
import type { FieldWriter, Mark } from '../fields/field-writer.js';

/** A word in a field that may be wrong, and what else may have been said. */
export interface Doubt {
  readonly writer: FieldWriter;
  readonly mark: Mark;
  readonly alternatives: readonly Alternative[];
}

/** What may have been said in place of a word, or of several. */
export interface Alternative {
  readonly text: string;
  /** What it replaces. */
  readonly mark: Mark;
}

/** Confidence below which words are marked, as on the server's own page: more marks would get less attention. */
const UNSURE_BELOW = 0.75;

/** Marks the words of a final that may be wrong where they were written. */
export function findDoubts(writer: FieldWriter, written: Mark, words: readonly Word[]): readonly Doubt[] {
  const spans = spansOf(words, writer.text().slice(written.start, written.end));
  const place = (from: number, to: number): Mark =>
    writer.mark({ start: written.start + from, end: written.start + to });
  return words.flatMap(({ confidence, doubtful, alternatives = [] }, index) => {
    const span = spans[index];
    if (!span || !(doubtful ?? confidence < UNSURE_BELOW)) return [];
    const [from, to] = span;
    return {
      writer,
      mark: place(from, to),
      alternatives: alternatives.map(({ text, words: count = 1 }) => ({
        text,
        mark: place(from, spans[index + count - 1]?.[1] ?? to),
      })),
    };
  });
}

/** Where each word is in a text, without the marks at its ends; undefined where it cannot be found. */
function spansOf(words: readonly Word[], text: string): readonly (readonly [number, number] | undefined)[] {
  const small = text.toLowerCase();
  let from = 0;
  return words.map(({ text: word }) => {
    const start = small.indexOf(bare(word).toLowerCase(), from);
    if (start < 0) return undefined;
    from = start + bare(word).length;
    return [start, from];
  });
}

function bare(word: string): string {
  return word.trim().replace(/[.,;:?!]+$/, '');
}
