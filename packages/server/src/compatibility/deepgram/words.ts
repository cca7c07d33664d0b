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
  /** Who said it, counted from 0. */
  readonly speaker?: number;
  /** 0 to 1. */
  readonly speaker_confidence?: number;
}

/** What is told of words besides their text and times. */
export interface WordExtent {
  readonly isPunctuated: boolean;
  /** Whether it is told who said them, as far as that is known, and how sure that is. */
  readonly speakers: 'untold' | 'told' | 'told-with-confidence';
}

/** A word of a transcript. */
export function deepgramWord(word: Word, { isPunctuated, speakers }: WordExtent): DeepgramWord {
  const { text, start, end, confidence, speaker, speakerConfidence } = word;
  const hasConfidence = speakers === 'told-with-confidence' && speakerConfidence !== undefined;
  return {
    word: bareWord(text),
    start: threeDecimals(start),
    end: threeDecimals(end),
    confidence: threeDecimals(confidence),
    ...(isPunctuated && { punctuated_word: text }),
    ...(speakers !== 'untold' && speaker !== undefined && { speaker }),
    ...(hasConfidence && { speaker_confidence: threeDecimals(speakerConfidence) }),
  };
}

/** A word in small letters, without the punctuation around it unless there is nothing else. */
export function bareWord(text: string): string {
  return (text.replace(/^[("“‘'[{¿¡]+|[.,;:!?)"”’'\]}…]+$/gu, '') || text).toLowerCase();
}
