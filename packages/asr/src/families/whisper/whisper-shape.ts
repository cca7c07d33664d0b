import path from 'node:path';
import { z } from 'zod';
import { readModelJson } from './model-json.js';

/** The shape of a Whisper model. */
export interface WhisperShape {
  /** Mel bands of the features. */
  readonly bins: 80 | 128;
  readonly width: number;
  readonly encoderLayers: number;
  readonly encoderHeads: number;
  readonly decoderLayers: number;
  readonly heads: number;
  /** Values per head. */
  readonly headSize: number;
  /** Encoder frames of 20 ms that the model has positions for: 1,500. */
  readonly positions: number;
  /** Tokens that the decoder has positions for: 448. */
  readonly maxTokens: number;
  /** Heads of the cross-attention that follow the audio, by decoder layer. */
  readonly alignmentHeads: readonly (readonly [layer: number, head: number])[];
}

/** Reads the shape from `config.json` and `generation_config.json`. Throws `model_missing` or `model_corrupt`. */
export async function readWhisperShape(folder: string): Promise<WhisperShape> {
  const [config, generation] = await Promise.all([
    readModelJson(path.join(folder, 'config.json'), configSchema),
    readModelJson(path.join(folder, 'generation_config.json'), generationSchema),
  ]);
  return {
    bins: config.num_mel_bins,
    width: config.d_model,
    encoderLayers: config.encoder_layers,
    encoderHeads: config.encoder_attention_heads,
    decoderLayers: config.decoder_layers,
    heads: config.decoder_attention_heads,
    headSize: config.d_model / config.decoder_attention_heads,
    positions: config.max_source_positions,
    maxTokens: config.max_target_positions,
    alignmentHeads:
      generation.alignment_heads ?? upperHalf(config.decoder_layers, config.decoder_attention_heads),
  };
}

/** All heads in the upper half of the layers, if it is not known which heads follow the audio: on average these do. */
function upperHalf(layers: number, heads: number): (readonly [number, number])[] {
  return Array.from({ length: layers }, (_, layer) => layer)
    .filter((layer) => layer >= layers / 2)
    .flatMap((layer) => Array.from({ length: heads }, (_, head) => [layer, head] as const));
}

const count = z.int().positive();

const configSchema = z.object({
  num_mel_bins: z.union([z.literal(80), z.literal(128)]),
  d_model: count,
  encoder_layers: count,
  encoder_attention_heads: count,
  decoder_layers: count,
  decoder_attention_heads: count,
  max_source_positions: count,
  max_target_positions: count,
});

const generationSchema = z.object({
  alignment_heads: z.array(z.tuple([z.int().nonnegative(), z.int().nonnegative()]).readonly()).nullish(),
});
