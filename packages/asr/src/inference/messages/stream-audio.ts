/** Audio of a stream that a job is about. Samples are 16 kHz and counted from the stream's start. */
export interface AudioSpan {
  /** The first sample. */
  readonly from: number;
  /** The sample after the last. */
  readonly to: number;
  /** Samples of silence to put before them. */
  readonly silenceAhead: number;
}

/** Audio on its way to a worker, which keeps it with what it has of the stream. */
export interface AudioPiece {
  readonly stream: string;
  /** The first sample, counted from the stream's start. */
  readonly from: number;
  readonly samples: Int16Array;
  /** The worker may drop audio before this sample. */
  readonly neededFrom: number;
}
