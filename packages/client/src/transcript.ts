/** A word with its place. */
export interface Word {
  readonly text: string;
  /** The words that were said, where `writtenForm` wrote others. */
  readonly spoken?: string;
  /** Seconds of audio since `start()`. */
  readonly start: number;
  readonly end: number;
  /** From 0 to 1: the share of such words that are right. */
  readonly confidence: number;
  /** What a term or number may be instead, likeliest first. */
  readonly alternatives?: readonly WordAlternative[];
  /** A medical term, key term or number that somebody should look at. */
  readonly doubtful?: true;
}

/** What a word may be instead. */
export interface WordAlternative {
  readonly text: string;
  /** From 0 to 1. */
  readonly confidence: number;
  /** How many words, this one and those behind it, it stands for, where these are several. */
  readonly words?: number;
}

/** What was said between two pauses. */
export interface Segment {
  /** May begin and end with line breaks that were dictated. */
  readonly text: string;
  /** What was said, word by word, where `text` differs by `writtenForm` or `dictationCommands`. */
  readonly spoken?: string;
  /** Seconds of audio since `start()`, over all reconnects and restarts of the server. */
  readonly start: number;
  readonly end: number;
  /** From 0 to 1. */
  readonly confidence: number;
  /** Where there are two. */
  readonly channel?: number;
  /** Of finals, where `words` asked for them. */
  readonly words?: readonly Word[];
  /** Counts the segments of a channel. A partial has the number that its final will have. */
  readonly sequence: number;
  /**
   * Of finals, where `dictationCommands` asked for that: the `sequence` of each final of the channel that the speaker has
   * taken back, whose text counts no longer. What only takes back has no text of its own.
   */
  readonly removes?: readonly number[];
}

/** Words that partials have shown and that are in no final, or were cut out of it. */
export interface DroppedWords {
  /** Stable, see the reasons of `dropped` in docs/protocol.md. */
  readonly reason: string;
  /** Why, as a plain sentence for people. */
  readonly message: string;
  /** Of the utterance, seconds of audio since `start()`. */
  readonly start: number;
  readonly end: number;
  /** Where there are two. */
  readonly channel?: number;
}

/** Everything said so far. */
export interface Transcript {
  readonly text: string;
  /** In the order of their beginning. */
  readonly segments: readonly Segment[];
  /** Audio taken, seconds. */
  readonly durationSeconds: number;
  /** False if some audio was lost. */
  readonly complete: boolean;
  readonly lostSeconds: number;
}

/** Keeps the finals that count, in the order of their beginning. */
export interface SegmentList {
  readonly segments: () => readonly Segment[];
  /** Adds a final that has text, without those that it takes back. */
  readonly add: (segment: Segment) => void;
}

export function createSegmentList(): SegmentList {
  let segments: readonly Segment[] = [];
  return {
    segments: () => segments,
    add: (segment) => {
      segments = segments.filter((one) => !takesBack(segment, one));
      if (segment.text === '') return;
      // Channels overlap, so a segment may come a little after one that begins later.
      const before = segments.findLastIndex(({ start }) => start <= segment.start);
      segments = segments.toSpliced(before + 1, 0, segment);
    },
  };
}

/** The text of segments that follow each other: with a space between two of them, unless a line break is there. */
export function textOfSegments(segments: readonly Pick<Segment, 'text'>[]): string {
  return segments
    .map(({ text }) => text)
    .join(' ')
    .replace(/[ \n]*\n[ \n]*/gu, (breaks) => (breaks.includes('\n\n') ? '\n\n' : '\n'));
}

function takesBack({ channel, removes = [] }: Segment, other: Segment): boolean {
  return other.channel === channel && removes.includes(other.sequence);
}
