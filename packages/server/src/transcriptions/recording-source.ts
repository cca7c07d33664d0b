/** Audio that waits on disk to be transcribed as a whole. */
export interface RecordingSource {
  readonly origin: 'upload' | 'session';
  /** The live session that said it, if it was one. */
  readonly sessionId?: string;
  /** Length, seconds; undefined where the recording does not tell. */
  readonly audioSeconds: number | undefined;
  /** What its first sample is counted as in the times of the transcript, seconds. */
  readonly startSeconds: number;
  /** Read one after the other. */
  readonly channels: readonly ChannelSource[];
  /** Lets go of what is on disk. */
  readonly release: () => Promise<void>;
}

/** One channel of a recording. */
export interface ChannelSource {
  /** From 0, where the recording has several that are heard apart. */
  readonly channel: number | undefined;
  /** The audio, 16 kHz. `onDamage` is called where it is cut or damaged; what could be read has come before. */
  readonly open: (onDamage: () => void) => AsyncIterable<Float32Array>;
  /** How much of it is done when the text of `seconds` is final, 0 to 1. */
  readonly share: (seconds: number) => number;
}
