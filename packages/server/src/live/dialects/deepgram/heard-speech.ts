/** What was heard of one channel so far, by which its messages are put in order. */
export interface HeardSpeech {
  /** Speech has begun. */
  readonly begin: () => void;
  /** Where a partial from `start` on begins, since finals cover what is before; undefined if they cover all of it. */
  readonly openFrom: (span: Span) => number | undefined;
  /** Settles a span, which then begins where the one before ends, at the earliest. Returns its beginning, seconds. */
  readonly settle: (span: Span, lastWordEnd: number | undefined) => number;
  /** The speaker has paused: the utterance is settled as a whole. */
  readonly pause: () => void;
  /**
   * The end of the last word, once `seconds` of audio have come since and nobody speaks; undefined if that is not so, or was
   * told before.
   */
  readonly endedBy: (receivedSeconds: number, seconds: number) => number | undefined;
}

interface Span {
  /** Seconds. */
  readonly start: number;
  readonly end: number;
}

/** Starts in silence. */
export function createHeardSpeech(): HeardSpeech {
  let settledTo = 0;
  /** Utterances that have begun and are not settled: the next can begin before the text of the last is there. */
  let open = 0;
  let lastWordEnd: number | undefined;
  return {
    begin: () => {
      open += 1;
    },
    openFrom: ({ start, end }) => (end <= settledTo ? undefined : Math.max(start, settledTo)),
    settle: ({ start, end }, wordEnd) => {
      const from = Math.max(start, settledTo);
      settledTo = Math.max(from, end);
      lastWordEnd = wordEnd ?? lastWordEnd;
      return from;
    },
    pause: () => {
      open = Math.max(0, open - 1);
    },
    endedBy: (receivedSeconds, seconds) => {
      if (open > 0 || lastWordEnd === undefined || receivedSeconds - lastWordEnd < seconds) return undefined;
      const ended = lastWordEnd;
      lastWordEnd = undefined;
      return ended;
    },
  };
}
