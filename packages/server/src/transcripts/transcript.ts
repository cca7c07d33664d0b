import type { WrittenFinal } from '@auscult/asr';
import type { KnownSpeaker, Word } from '@auscult/protocol';

/** A piece of a transcript, mostly an utterance. */
export interface TranscriptSegment extends Omit<WrittenFinal, 'sequence' | 'removes' | 'reason' | 'command'> {
  /** The channel, from 0, if a recording has several that were heard separately. */
  readonly channel?: number;
  /** Set if the server says it, about the text. */
  readonly isNotice?: true;
}

/** The text of one recording. */
export interface Transcript {
  /** Seconds. */
  readonly duration: number;
  /** In the order of their beginning. */
  readonly segments: readonly TranscriptSegment[];
  /** Everybody who speaks, and what is known of them; missing if speakers were not told apart. */
  readonly speakers?: readonly KnownSpeaker[];
}

/** A segment as it is written in JSON: times with three decimals, and as many for probabilities. */
export interface SegmentJson {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** What was said, if it is written differently. */
  readonly spoken?: string;
  readonly confidence: number;
  readonly channel?: number;
  readonly speaker?: number;
  readonly words?: readonly Word[];
}

/** What JSON holds of segments besides their text. */
export interface SegmentExtent {
  /** Whether they carry their words. */
  readonly words?: boolean;
  /** Whether they say on which channel they were heard, if that is known. Default: true. */
  readonly channels?: boolean;
}

/** A segment as JSON. Its words are read only if they are wanted. */
export function segmentJson(
  segment: TranscriptSegment,
  { words = false, channels = true }: SegmentExtent = {},
): SegmentJson {
  const { start, end, text, spoken, confidence, channel, speaker } = segment;
  return {
    start: threeDecimals(start),
    end: threeDecimals(end),
    text,
    ...(spoken === undefined ? {} : { spoken }),
    confidence: threeDecimals(confidence),
    ...(channel === undefined || !channels ? {} : { channel }),
    ...(speaker === undefined ? {} : { speaker }),
    ...(words ? { words: segment.words.map(roundedWord) } : {}),
  };
}

/** A word as it goes out: times with three decimals, and as many for probabilities. */
export function roundedWord({ alternatives, speakerConfidence, ...word }: Word): Word {
  return {
    ...word,
    start: threeDecimals(word.start),
    end: threeDecimals(word.end),
    confidence: threeDecimals(word.confidence),
    ...(alternatives && {
      alternatives: alternatives.map((one) => ({ ...one, confidence: threeDecimals(one.confidence) })),
    }),
    ...(speakerConfidence === undefined ? {} : { speakerConfidence: threeDecimals(speakerConfidence) }),
  };
}

/** All text of a transcript as running text, with a space between segments unless there is a line break. */
export function runningText({
  segments,
}: {
  readonly segments: readonly Pick<TranscriptSegment, 'text'>[];
}): string {
  const text = segments.map((segment) => segment.text).join(' ');
  // Of a long text it takes a while to find that it has none.
  return text.includes('\n') ? text.replace(/(?<![ \n]) *\n[ \n]*/gu, breakOf) : text;
}

function breakOf(blanks: string): string {
  return blanks.includes('\n\n') ? '\n\n' : '\n';
}

/** A number as it is sent: three decimals, which are milliseconds of a time in seconds. */
export function threeDecimals(value: number): number {
  return Math.round(value * 1000) / 1000;
}
