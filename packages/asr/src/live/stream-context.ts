/** What a stream has said so far, as far as it helps to hear what comes next. */
export interface StreamContext {
  /** The finals that are heard again with later speech, oldest first. */
  readonly utterances: readonly ContextUtterance[];
  /** The text of the latest final; undefined if there is none. */
  readonly text: string | undefined;
}

interface ContextUtterance {
  /** Seconds since the stream's first sample. */
  readonly start: number;
  /** Its tokens, which mean something only to the model that gave them. */
  readonly tokens: readonly number[];
}

/** What a stream begins with if it continues another. */
export interface ContinuedStream {
  /** What was said before, on the clock of the new stream. */
  readonly context: StreamContext;
  /** Audio before this moment is pushed only because the context needs it: it is final already, and `onAudio` does not get it. */
  readonly fromSeconds: number;
}
