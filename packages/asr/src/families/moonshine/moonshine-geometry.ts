import type { ModelGeometry } from '../../decoding/model-geometry.js';

/** Tokens that the prepared decoder has positions for: more than are spoken in any window. */
export const MOST_TOKENS = 1_024;

/** The shortest audio from which the three convolutions make a frame. */
export const LEAST_SAMPLES = 895;

/** The shapes of the published Moonshine models (https://arxiv.org/abs/2410.15608, table 1). */
export const moonshineGeometry = {
  base: geometry({ layers: 8, headSize: 52, width: 416 }),
  tiny: geometry({ layers: 6, headSize: 36, width: 288 }),
} as const satisfies Readonly<Record<string, ModelGeometry>>;

function geometry(size: {
  readonly layers: number;
  readonly headSize: number;
  readonly width: number;
}): ModelGeometry {
  return {
    encoderLayers: size.layers,
    decoderLayers: size.layers,
    heads: 8,
    headSize: size.headSize,
    width: size.width,
    // Three convolutions with strides of 64, 3 and 2 samples or frames.
    samplesPerFrame: 384,
    startTokens: [1],
    endToken: 2,
    textTokens: 32_000,
    // Fast speech has about six; the published decoding code allows 6.5.
    maxTokensPerSecond: 7,
  };
}
