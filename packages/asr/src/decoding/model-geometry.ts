/** What decoding needs to know of a model's shape. */
export interface DecoderGeometry {
  readonly decoderLayers: number;
  readonly heads: number;
  /** Values a head. */
  readonly headSize: number;
}

/** The shape of a Moonshine model and the tokens that frame its text. */
export interface ModelGeometry extends DecoderGeometry {
  readonly encoderLayers: number;
  /** Values an encoder frame. */
  readonly width: number;
  /** Samples between the starts of two encoder frames. */
  readonly samplesPerFrame: number;
  /** Tokens the decoder starts from. */
  readonly startTokens: readonly number[];
  /** The token that ends an utterance. */
  readonly endToken: number;
  /** Tokens from this number on never stand in a transcript. */
  readonly textTokens: number;
  /** More tokens than a person speaks, a second of audio. */
  readonly maxTokensPerSecond: number;
}
