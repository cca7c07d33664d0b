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
  /** The end of the last final. Clients drop a segment that begins before it. */
  let from = 0;

  const place = ({ start, end }: Span): Pick<Segment, 'start' | 'end'> => {
    const begin = Math.max(start, from);
    return { start: seconds(begin), end: seconds(Math.max(begin, end)) };
  };

  const forget = (sequence: number): boolean => {
    if (open === undefined || open.sequence > sequence) return false;
    open = undefined;
    return true;
  };

  const list = (): readonly Segment[] => (open ? [...completed, open.segment] : completed);

  return {
    partial: (partial) => {
      const segment = { ...place(partial), text: ` ${partial.text}`, completed: false };
      open = { sequence: partial.sequence, segment };
      return list();
    },
    final: (final) => {
      const segment = {
        ...place(final),
        text: ` ${final.text}`,
        completed: true,
        ...(hasWords && { words: final.words.map(segmentWord) }),
      };
      // At their end, clients add the last segment that was not completed if it reads otherwise than the last that was.
      const announced = [...completed, { ...segment, completed: false }];
      forget(final.sequence);
      from = Math.max(from, final.end);
      completed = [...completed, segment].slice(-most);
      return [announced, list()];
    },
    without: (sequence) => (forget(sequence) && completed.length > 0 ? [list()] : []),
  };
}

function segmentWord({ text, start, end, confidence }: WrittenFinal['words'][number]): SegmentWord {
  return {
    word: ` ${text}`,
    start: seconds(start),
    end: seconds(end),
    probability: threeDecimals(confidence),
  };
}

function seconds(value: number): string {
  return value.toFixed(3);
}
