import type { Segment, WordAlternative } from '@auscult/client';
import { alignWords } from './align-words.js';
import { joinedWords, textPiecesOf, withBreak, wordsWithBreaks } from './line-breaks.js';
import type { LineWord } from './line-word.js';
import { spreadWords } from './spread-words.js';

/** An utterance of the page's transcript, with what a person corrected. Times in seconds since the transcript began. */
export interface Line {
  /** Identifies it on the page, and means nothing else. */
  readonly id: string;
  readonly start: number;
  readonly end: number;
  /** Whose microphone it was, if two were used. */
  readonly channel?: number;
  /** The text as it stands. */
  readonly words: readonly LineWord[];
  /** The words as they were recognised, and who said them. */
  readonly heard: readonly LineWord[];
  /** What was said, word by word, if it was written differently. */
  readonly spoken?: string;
  /** The final that it was, if it was recorded here. */
  readonly final?: { readonly recording: string; readonly sequence: number };
}

/** A recording that lines come from. */
interface LineSource {
  /** Distinguishes its lines from those of other recordings. */
  readonly recording: string;
  /** When it began, seconds since the transcript began. */
  readonly offset: number;
}

/**
 * A line from a segment.
 *
 * @param offset when the recording of the segment began, seconds since the transcript began
 */
export function lineOf(segment: Omit<Segment, 'sequence'>, offset: number, id = newId()): Line {
  const { channel, spoken, text } = segment;
  const texts = text.split(/\s+/u).filter((word) => word !== '');
  const words = wordsWithBreaks(segment.words ?? spreadWords(texts, segment), text, segment.end);
  const heard = words.map((word, at) => ({
    ...word,
    start: word.start + offset,
    end: word.end + offset,
    at,
  }));
  return {
    id,
    start: segment.start + offset,
    end: segment.end + offset,
    ...(channel === undefined ? {} : { channel }),
    words: heard,
    heard,
    ...(spoken === undefined ? {} : { spoken }),
  };
}

/** A new id for a line or a recording. */
export function newId(): string {
  return Math.random().toString(36).slice(2);
}

/** The lines with that of a final added, and without the lines that the final takes back. */
export function withFinal(
  lines: readonly Line[],
  segment: Segment,
  { recording, offset }: LineSource,
): readonly Line[] {
  const { channel = 0, sequence, removes = [] } = segment;
  const idOf = (counted: number): string => `${recording}/${String(channel)}/${String(counted)}`;
  const takenBack = removes.map(idOf);
  const left = lines.filter(({ id }) => !takenBack.includes(id));
  const line = { ...lineOf(segment, offset, idOf(sequence)), final: { recording, sequence } };
  return segment.text === '' ? left : withLine(left, line);
}

/** The lines with one more. They are ordered by their beginnings, since finals of two channels may come in another order. */
export function withLine(lines: readonly Line[], line: Line): readonly Line[] {
  const before = lines.findLastIndex(({ start }) => start <= line.start);
  return lines.toSpliced(before + 1, 0, line);
}

/** The text of a line, with its corrections. */
export function textOf({ words }: Pick<Line, 'words'>): string {
  return joinedWords(words);
}

/** The text of a line as it was recognised. */
export function heardTextOf({ heard }: Pick<Line, 'heard'>): string {
  return textOf({ words: heard });
}

/** Whether a person changed the text. */
export function isCorrected(line: Line): boolean {
  return textOf(line) !== heardTextOf(line);
}

/** The line with another text. Words that stay keep their times; new ones share those of what they replace. */
export function correctLine(line: Line, text: string): Line {
  return { ...line, words: alignWords(line, textPiecesOf(text)) };
}

/**
 * The line with another text in place of a word, or of `count` words. The new text may be several words or none. If it is
 * unchanged, it counts as checked.
 */
export function correctWord(line: Line, index: number, text: string, count = 1): Line {
  const replaced = line.words.slice(index, index + count);
  const [first, last] = [replaced.at(0), replaced.at(-1)];
  if (first === undefined || last === undefined) return line;
  const written = text.trim().replace(/\s+/gu, ' ');
  const heard = replaced.map((word) => word.heard ?? word.text).join(' ');
  const checked = { text: written, start: first.start, end: last.end, confidence: 1, at: first.at };
  const replacement: LineWord = heard === written || written === '' ? checked : { ...checked, heard };
  const isNothing = written === '' && first.breakBefore === undefined;
  const inPlace = isNothing ? [] : [withBreak(replacement, first.breakBefore)];
  return { ...line, words: line.words.toSpliced(index, count, ...inPlace) };
}

/** The line with an alternative in place of a word, or of this and some following words. */
export function chooseAlternative(line: Line, index: number, { text, words }: WordAlternative): Line {
  return correctWord(line, index, text, words);
}

/** The line as it was recognised. */
export function restoreLine(line: Line): Line {
  return { ...line, words: line.heard };
}
