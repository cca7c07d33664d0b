/** A final utterance within the window that is heard again. */
export interface SettledUtterance {
  /** In samples from the stream's start. */
  readonly start: number;
  readonly tokens: readonly number[];
}

/** Where the window of the next utterance begins, and the tokens already final for its beginning. */
export interface ContextWindow {
  /** Identifies the window within the stream: the same id means the same start. */
  readonly id: number;
  /** First sample. */
  readonly start: number;
  readonly prefix: readonly number[];
}

/**
 * Chooses the audio that an utterance is heard with. A window grows with each utterance, since only its new part has
 * to be encoded; when the context would exceed its limit, a new window begins with its latest part.
 */
export interface CarriedContext {
  /**
   * The window of an utterance, or of its beginning, from `start` to `end`, with at most `limit` samples before it.
   */
  windowFor(start: number, end: number, limit: number): ContextWindow;
  /**
   * A window of its own for an utterance, which begins with the first utterance that is final within `limit` samples
   * before it, whatever the windows before.
   */
  wholeWindowFor(start: number, end: number, limit: number): Pick<ContextWindow, 'start' | 'prefix'>;
  /** Remembers an utterance's final tokens. */
  settle(start: number, tokens: readonly number[]): void;
  /** Starts anew, since what was heard is no help or misleads. */
  reset(): void;
  /** Audio before this sample is no longer needed. */
  readonly start: number | undefined;
  /** All utterances that are recent enough to be heard again, oldest first. */
  readonly utterances: readonly SettledUtterance[];
}

/**
 * The share of the limit that a new window begins with, so that it can grow for a while. With a larger share, errors
 * are fewer and times longer, see docs/decisions/0005-carried-context-is-encoded-once.md.
 */
const SHARE_AT_RESTART = 0.7;

/** The longest audio that the model was trained on, samples: 30 s. */
const LONGEST_WINDOW = 480_000;

/** Makes a context that begins with utterances of a stream that is continued, if there are any. */
export function createCarriedContext(before: readonly SettledUtterance[] = []): CarriedContext {
  /** All that are recent enough to be heard again. */
  let settled = before;
  let windowStart: number | undefined;
  /** The most context that was asked for, samples. */
  let reach = 0;
  let id = 0;

  const from = (first: number) => settled.filter((utterance) => utterance.start >= first);

  const restart = (start: number, context: number) => {
    windowStart = from(start - context)[0]?.start ?? start;
    id++;
  };

  return {
    windowFor(start, end, limit) {
      reach = Math.max(reach, limit);
      const room = Math.max(0, LONGEST_WINDOW - (end - start));
      if (windowStart === undefined || start - windowStart > Math.min(limit, room)) {
        restart(start, Math.min(limit * SHARE_AT_RESTART, room));
      }
      const first = windowStart ?? start;
      return { id, start: first, prefix: tokensOf(from(first)) };
    },
    wholeWindowFor(start, end, limit) {
      const room = Math.max(0, LONGEST_WINDOW - (end - start));
      const before = from(start - Math.min(limit, room));
      return { start: before[0]?.start ?? start, prefix: tokensOf(before) };
    },
    settle(start, tokens) {
      settled = [...from(start - reach), { start, tokens }];
    },
    reset() {
      settled = [];
      windowStart = undefined;
      id++;
    },
    get utterances() {
      return settled;
    },
    get start() {
      const first = settled[0]?.start ?? windowStart;
      return first === undefined ? undefined : Math.min(first, windowStart ?? first);
    },
  };
}

function tokensOf(utterances: readonly SettledUtterance[]): readonly number[] {
  return utterances.flatMap(({ tokens }) => tokens);
}
