/** Audio that waits on disk to be transcribed as a whole. */
export interface RecordingSource {
  readonly origin: 'upload' | 'session';
  /** The live session that it comes from, if any. */
  readonly sessionId?: string;
  /** Length, seconds; undefined if the recording does not tell. */
  readonly audioSeconds: number | undefined;
  /** The time of its first sample in the transcript, seconds. */
  readonly startSeconds: number;
  /** The channels, which are read one after the other. */
  readonly channels: readonly ChannelSource[];
  /** Deletes what is on disk. */
  readonly release: () => Promise<void>;
}

/** One channel of a recording. */
export interface ChannelSource {
  /** Number of the channel, from 0; undefined unless the recording has several that are heard separately. */
  readonly channel: number | undefined;
  /** The audio, 16 kHz. `onDamage` is called if it is cut or damaged, after all that could be read. */
  readonly open: (onDamage: () => void) => AsyncIterable<Float32Array>;
  /** How much of it is done when the text of `seconds` is final, 0 to 1. */
  readonly share: (seconds: number) => number;
}
