/** Where audio comes from. */
export interface AudioSource {
  /** Resolves when audio is being taken. Rejects with a `TranscriberError`. */
  readonly start: () => Promise<void>;
  readonly pause: () => void;
  /** Gives silence instead of what is said; absent where samples are silenced after they were taken. */
  readonly mute?: (isMuted: boolean) => void;
  readonly resume: () => void;
  /** Whether `stop` waits for audio that is still to come, and not only for what was heard already. */
  readonly hasMore: () => boolean;
  /** Resolves once the last audio has been given, and everything is released. */
  readonly stop: () => Promise<void>;
  /** Releases everything at once. */
  readonly close: () => void;
  readonly useMicrophone: (deviceId: string) => Promise<void>;
}

/** Receives the audio of a source. */
export interface SourceListener {
  /** Audio at that rate: samples of each channel, equally many, within ±1. */
  readonly onAudio: (channels: readonly Float32Array[], sampleRate: number) => void;
}
