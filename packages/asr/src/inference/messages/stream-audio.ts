/** Audio of a stream that a job is about. Samples are 16 kHz and counted from the stream's start. */
export interface AudioSpan {
  /** The first sample. */
  readonly from: number;
  /** The sample behind the last. */
  readonly to: number;
  /** Samples of silence to be put ahead of them. */
  readonly silenceAhead: number;
}

/** Audio on its way to a worker, which keeps it with what it has of the stream. */
export interface AudioPiece {
  readonly stream: string;
  /** The first sample, counted from the stream's start. */
  readonly from: number;
  readonly samples: Int16Array;
  /** Whatever the worker has of audio before this sample may go. */
  readonly neededFrom: number;
}
