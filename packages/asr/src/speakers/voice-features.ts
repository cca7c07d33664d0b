/** Turns windows of speech into what a speaker encoder hears. */
export interface VoiceFeatures {
  /** Values of a frame. */
  readonly values: number;
  /** Frames of a window of so many samples. */
  readonly framesOf: (samples: number) => number;
  /** Writes what is heard of a window, 16 kHz within ±1, over all of `target`, frame by frame. */
  readonly write: (audio: Float32Array, target: Float32Array) => void;
}
