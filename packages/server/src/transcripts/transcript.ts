import type { WordAlternative, WrittenFinal, WrittenWord } from '@auscult/asr';

/** A piece of a transcript, mostly an utterance. */
export interface TranscriptSegment extends Omit<WrittenFinal, 'sequence' | 'removes' | 'reason'> {
  /** The channel, from 0, if a recording has several that were heard separately. */
  readonly channel?: number;
}

/** What was heard in one recording. */
export interface Transcript {
  /** Seconds. */
  readonly duration: number;
  /** In the order of their beginning. */
  readonly segments: readonly TranscriptSegment[];
}

/** A word as it is written in JSON. */
interface WordJson {
  readonly text: string;
  readonly spoken?: string;
  readonly start: number;
  readonly end: number;
  readonly confidence: number;
  readonly alternatives?: readonly WordAlternative[];
  readonly doubtful?: true;
}

/** A segment as it is written in JSON: times with three decimals, and as many for probabilities. */
export interface SegmentJson {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** What was said, where it is written otherwise. */
  readonly spoken?: string;
  readonly confidence: number;
  readonly channel?: number;
  readonly words?: readonly WordJson[];
}

/** What is written of segments besides their text. */
export interface SegmentExtent {
  /** Whether they carry their words. */
  readonly words?: boolean;
  /** Whether they say which channel was heard, where they know it. Without it they do. */
  readonly channels?: boolean;
}

/** A segment as JSON. Its words are only asked for where they are wanted. */
export function segmentJson(
  segment: TranscriptSegment,
  { words = false, channels = true }: SegmentExtent = {},
): SegmentJson {
  const { start, end, text, spoken, confidence, channel } = segment;
  return {
    start: threeDecimals(start),
    end: threeDecimals(end),
    text,
    ...(spoken === undefined ? {} : { spoken }),
    confidence: threeDecimals(confidence),
    ...(channel === undefined || !channels ? {} : { channel }),
    ...(words ? { words: segment.words.map(wordJson) } : {}),
  };
}

function wordJson({ text, spoken, start, end, confidence, alternatives, doubtful }: WrittenWord): WordJson {
  return {
    text,
    ...(spoken === undefined ? {} : { spoken }),
    start: threeDecimals(start),
    end: threeDecimals(end),
    confidence: threeDecimals(confidence),
    ...(alternatives && {
      alternatives: alternatives.map((one) => ({ ...one, confidence: threeDecimals(one.confidence) })),
    }),
    ...(doubtful && { doubtful }),
  };
}

/** All text of a transcript, as running text: with a space between segments, unless a line break is there. */
export function runningText({
  segments,
}: {
  readonly segments: readonly Pick<TranscriptSegment, 'text'>[];
}): string {
  return segments
    .map(({ text }) => text)
    .join(' ')
    .replace(/(?<![ \n]) *\n[ \n]*/gu, breakOf);
}

function breakOf(blanks: string): string {
  return blanks.includes('\n\n') ? '\n\n' : '\n';
}

/** A number as it is sent: three decimals, which are milliseconds of a time in seconds. */
export function threeDecimals(value: number): number {
  return Math.round(value * 1000) / 1000;
}
