/** Turns windows of speech into what a speaker encoder hears. */
export interface VoiceFeatures {
  /** Frames, and values of each, of every window. */
  readonly shape: readonly [frames: number, values: number];
  /** Writes what is heard of a window, 16 kHz within ±1, over all of `target`, frame by frame. */
  readonly write: (audio: Float32Array, target: Float32Array) => void;
}
