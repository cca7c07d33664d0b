/** The jobs that one real stream gave to inference, in order, and how long each took. */
export interface JobTrace {
  /** How long the stream was watched, seconds. */
  readonly seconds: number;
  readonly jobs: readonly TracedJob[];
}

/** One job of a real stream. */
export interface TracedJob {
  /** When it was handed in, seconds from the start of the stream. */
  readonly at: number;
  readonly priority: 'final' | 'partial';
  /** Length of the audio whose text was wanted, seconds. */
  readonly newSeconds: number;
  /** How long an inference process worked on it, with no other job beside it, seconds. */
  readonly runSeconds: number;
}

/** What a recording of traces holds. */
export interface JobTraces {
  readonly model: string;
  /** Name of the processor. */
  readonly processor: string;
  readonly traces: readonly JobTrace[];
}
