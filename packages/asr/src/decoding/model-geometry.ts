/** What decoding needs to know about a model's shape. */
export interface DecoderGeometry {
  readonly decoderLayers: number;
  readonly heads: number;
  /** Values per head. */
  readonly headSize: number;
}

/** The shape of a Moonshine model and the tokens that frame its text. */
export interface ModelGeometry extends DecoderGeometry {
  readonly encoderLayers: number;
  /** Values per encoder frame. */
  readonly width: number;
  /** Samples between the starts of two encoder frames. */
  readonly samplesPerFrame: number;
  /** Tokens the decoder starts from. */
  readonly startTokens: readonly number[];
  /** The token that ends an utterance. */
  readonly endToken: number;
  /** Tokens from this number on never stand in a transcript. */
  readonly textTokens: number;
  /** Tokens per second of audio, more than any person speaks. */
  readonly maxTokensPerSecond: number;
}
