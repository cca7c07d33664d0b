import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { GRAPH_SUFFIX } from '../../../src/models/compute-type.js';
import { encodeOnnxModel } from '../../../src/models/onnx-model.js';
import { randomDecoder } from './decoder-graph.js';
import { randomEncoder, type WhisperShape } from './encoder-graph.js';
import type { Precision } from './random-tensor.js';
import { writeTokenizerFiles, type SmallVocabulary } from './tokenizer-files.js';

/** The shape and the precision of the model to make. */
export interface RandomWhisperOptions {
  /** Left out: `multilingual`. With Cantonese the front end has 128 mel bins, as from large-v3 on. */
  readonly languages?: SmallVocabulary['languages'];
  /** Left out: int8 alone. */
  readonly precisions?: readonly Precision[];
}

/**
 * Writes a Whisper model of two and two layers with random weights into a folder, in the layout of the models that
 * onnx-community publishes: every file, name and shape is as there, and it hears nothing. Weights are the same in
 * every precision, but for rounding, and at every call. Takes about 0.2 s and 1 to 2 MB a precision.
 */
export async function writeRandomWhisper(folder: string, options: RandomWhisperOptions = {}): Promise<void> {
  const { languages = 'multilingual', precisions = ['int8'] } = options;
  await mkdir(path.join(folder, 'onnx'), { recursive: true });
  const { special, size } = await writeTokenizerFiles(folder, { languages });
  const shape: WhisperShape = {
    layers: 2,
    heads: 2,
    headSize: 32,
    melBins: languages === 'with-cantonese' ? 128 : 80,
    vocabulary: size,
    positions: 448,
  };
  await writeJson(path.join(folder, 'config.json'), configuration(shape, special));
  await writeJson(path.join(folder, 'preprocessor_config.json'), frontEnd(shape));
  for (const precision of precisions) {
    const file = (part: string) => path.join(folder, 'onnx', `${part}${GRAPH_SUFFIX[precision]}.onnx`);
    await writeFile(file('encoder_model'), encodeOnnxModel(randomEncoder(shape, precision)));
    await writeFile(file('decoder_model_merged'), encodeOnnxModel(randomDecoder(shape, precision)));
  }
}

function configuration(shape: WhisperShape, special: ReadonlyMap<string, number>): object {
  const { layers, heads, headSize } = shape;
  const width = heads * headSize;
  return {
    architectures: ['WhisperForConditionalGeneration'],
    model_type: 'whisper',
    is_encoder_decoder: true,
    activation_function: 'gelu',
    d_model: width,
    encoder_layers: layers,
    encoder_attention_heads: heads,
    encoder_ffn_dim: 4 * width,
    decoder_layers: layers,
    decoder_attention_heads: heads,
    decoder_ffn_dim: 4 * width,
    num_mel_bins: shape.melBins,
    vocab_size: shape.vocabulary,
    max_source_positions: 1_500,
    max_target_positions: shape.positions,
    scale_embedding: false,
    decoder_start_token_id: special.get('<|startoftranscript|>'),
    bos_token_id: special.get('<|endoftext|>'),
    eos_token_id: special.get('<|endoftext|>'),
    pad_token_id: special.get('<|endoftext|>'),
  };
}

function frontEnd({ melBins }: WhisperShape): object {
  return {
    feature_extractor_type: 'WhisperFeatureExtractor',
    processor_class: 'WhisperProcessor',
    feature_size: melBins,
    sampling_rate: 16_000,
    hop_length: 160,
    n_fft: 400,
    chunk_length: 30,
    n_samples: 480_000,
    nb_max_frames: 3_000,
    padding_side: 'right',
    padding_value: 0,
    return_attention_mask: false,
  };
}

async function writeJson(file: string, content: object): Promise<void> {
  await writeFile(file, JSON.stringify(content, null, 2));
}
