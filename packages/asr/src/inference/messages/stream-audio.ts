/** The part of a stream's audio that a job recognises. Samples are 16 kHz and counted from the stream's start. */
export interface AudioSpan {
  /** The first sample. */
  readonly from: number;
  /** The sample after the last. */
  readonly to: number;
  /** Samples of silence to put before them. */
  readonly silenceAhead: number;
  /** How much faster than it was spoken it is heard, with a higher voice; 1 for no change. */
  readonly speed: number;
}

/** Audio that is sent to a worker, which adds it to the audio that it has of the stream. */
export interface AudioPiece {
  readonly stream: string;
  /** The first sample, counted from the stream's start. */
  readonly from: number;
  readonly samples: Int16Array;
  /** The worker may drop audio before this sample. */
  readonly neededFrom: number;
}
