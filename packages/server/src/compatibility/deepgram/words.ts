import type { Word } from '@auscult/protocol';
import { threeDecimals } from '../../transcripts/transcript.js';

/** A word as clients of Deepgram expect it. */
export interface DeepgramWord {
  /** In small letters, without punctuation around it. */
  readonly word: string;
  /** Seconds. */
  readonly start: number;
  readonly end: number;
  readonly confidence: number;
  /** As it stands in the text; left out where no punctuation is wanted. */
  readonly punctuated_word?: string;
}

/** A word of a transcript, with or without punctuation. */
export function deepgramWord({ text, start, end, confidence }: Word, isPunctuated: boolean): DeepgramWord {
  return {
    word: bareWord(text),
    start: threeDecimals(start),
    end: threeDecimals(end),
    confidence: threeDecimals(confidence),
    ...(isPunctuated && { punctuated_word: text }),
  };
}

/** A word in small letters, without the punctuation around it unless there is nothing else. */
export function bareWord(text: string): string {
  return (text.replace(/^[("“‘'[{¿¡]+|[.,;:!?)"”’'\]}…]+$/gu, '') || text).toLowerCase();
}
