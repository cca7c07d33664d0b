import type { PartialHypothesis, WrittenFinal } from '@auscult/asr';
import { threeDecimals } from '../../../../transcripts/transcript.js';

/** The text of an utterance, as clients of WhisperLive are told. */
export interface Segment {
  /** Seconds with three decimals. */
  readonly start: string;
  readonly end: string;
  /** Begins with a space. */
  readonly text: string;
  /** Whether it never changes again. */
  readonly completed: boolean;
  readonly words?: readonly SegmentWord[];
}

interface SegmentWord {
  readonly word: string;
  readonly start: string;
  readonly end: string;
  readonly probability: number;
}

/** The lists of segments that a client is sent: the last finals, and what is being said now at its end. */
export interface SegmentLists {
  /** The list for a partial. */
  readonly partial: (partial: PartialHypothesis) => readonly Segment[];
  /** The lists for a final, in order. */
  readonly final: (final: WrittenFinal) => readonly (readonly Segment[])[];
  /** The lists for an utterance that has no text after all. */
  readonly without: (sequence: number) => readonly (readonly Segment[])[];
}

/** What of finals is sent. */
export interface SegmentRules {
  /** Finals in a list, at most. */
  readonly most: number;
  readonly hasWords: boolean;
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** Starts without segments. */
export function createSegmentLists({ most, hasWords }: SegmentRules): SegmentLists {
  let completed: readonly Segment[] = [];
  let open: { readonly sequence: number; readonly segment: Segment } | undefined;
  /** The end of the last final, milliseconds. */
  let from = 0;

  /** Clients tell segments that they have by their times, so that these have to grow, in whole milliseconds. */
  const place = ({ start, end }: Span): Span => {
    const begin = Math.max(milliseconds(start), from);
    return { start: begin, end: Math.max(milliseconds(end), begin + 1) };
  };

  const forget = (sequence: number): boolean => {
    if (open === undefined || open.sequence > sequence) return false;
    open = undefined;
    return true;
  };

  const list = (): readonly Segment[] => (open ? [...completed, open.segment] : completed);

  return {
    partial: (partial) => {
      const segment = { ...written(place(partial)), text: ` ${partial.text}`, completed: false };
      open = { sequence: partial.sequence, segment };
      return list();
    },
    final: (final) => {
      const span = place(final);
      const segment = {
        ...written(span),
        text: ` ${final.text}`,
        completed: true,
        ...(hasWords && { words: final.words.map(segmentWord) }),
      };
      // At their end, clients add the last segment that was not completed if it reads otherwise than the last that was.
      const announced = [...completed, { ...segment, completed: false }];
      forget(final.sequence);
      from = span.end;
      completed = [...completed, segment].slice(-most);
      return [announced, list()];
    },
    without: (sequence) => (forget(sequence) && completed.length > 0 ? [list()] : []),
  };
}

function segmentWord({ text, start, end, confidence }: WrittenFinal['words'][number]): SegmentWord {
  return {
    word: ` ${text}`,
    ...written({ start: milliseconds(start), end: milliseconds(end) }),
    probability: threeDecimals(confidence),
  };
}

function milliseconds(seconds: number): number {
  return Math.round(seconds * 1000);
}

/** A span of milliseconds in seconds. */
function written({ start, end }: Span): Pick<Segment, 'start' | 'end'> {
  return { start: (start / 1000).toFixed(3), end: (end / 1000).toFixed(3) };
}
