import { ElementType, int, valueInfo } from '../../../src/models/graph-surgery.js';
import type { OnnxModel, OnnxNode } from '../../../src/models/onnx-model.js';
import { selfAttention, type AttentionShape } from './attention.js';
import { createRootModule, createWeightStore, permutation } from './graph-builder.js';
import { convolution, feedForward, gelu, layerNorm } from './layers.js';
import { floatTensor, type Precision } from './random-tensor.js';

/** The shape of a Whisper model. */
export interface WhisperShape extends AttentionShape {
  readonly layers: number;
  readonly melBins: 80 | 128;
  readonly vocabulary: number;
  /** Tokens that the decoder has positions for. */
  readonly positions: number;
}

/** Frames of the encoder in 30 s. */
const FRAMES = 1_500;

/** An encoder in the onnx-community layout: `input_features` [rows, bins, 3000] → `last_hidden_state`. */
export function randomEncoder(shape: WhisperShape, precision: Precision): OnnxModel {
  const { layers, melBins, heads, headSize } = shape;
  const width = heads * headSize;
  const nodes: OnnxNode[] = [];
  const weights = createWeightStore({ precision, matrices: 'uint8', suffix: '' });
  const root = createRootModule(nodes, weights);
  const half = precision === 'float16';
  if (half) castTo('float16', 'input_features', 'graph_input_cast_0', nodes);

  const features = half ? 'graph_input_cast_0' : 'input_features';
  const first = gelu(root, convolution(root.module('conv1'), features, melBins, width, 1));
  const second = gelu(root, convolution(root.module('conv2'), first, width, width, 2));
  weights.provide('onnx::Add_447', () => [
    floatTensor('onnx::Add_447', [FRAMES, width], sinusoids(FRAMES, width), precision),
  ]);
  let hidden = root.op('Add', [root.op('Transpose', [second], permutation(0, 2, 1)), 'onnx::Add_447']);
  for (let n = 0; n < layers; n++) {
    const layer = root.module(`layers.${n}`);
    const heard = layerNorm(layer.module('self_attn_layer_norm'), hidden, width);
    hidden = layer.op('Add', [hidden, selfAttention(layer.module('self_attn'), heard, shape)]);
    const normal = layerNorm(layer.module('final_layer_norm'), hidden, width);
    hidden = layer.op('Add', [hidden, feedForward(layer, normal, width)]);
  }
  const output = half ? 'graph_output_cast_0' : 'last_hidden_state';
  layerNorm(root.module('layer_norm'), hidden, width, output);
  if (half) castTo('float32', output, 'last_hidden_state', nodes);
  return {
    irVersion: 8,
    opsetImport: [{ domain: '', version: 18 }],
    graph: {
      name: 'main_graph',
      node: nodes,
      initializer: weights.initializers,
      input: [valueInfo('input_features', ElementType.float32, ['batch_size', melBins, 2 * FRAMES])],
      output: [valueInfo('last_hidden_state', ElementType.float32, ['batch_size', FRAMES, width])],
    },
  };
}

/** Adds the node that the converter to half precision puts at inputs and outputs, which stay in single precision. */
export function castTo(type: 'float16' | 'float32', from: string, to: string, nodes: OnnxNode[]): void {
  nodes.push({
    name: type === 'float16' ? to : from,
    opType: 'Cast',
    input: [from],
    output: [to],
    attribute: [int('to', ElementType[type])],
  });
}

/** Positions as sines and cosines of wavelengths from 2π to 20,000π (Vaswani et al. 2017), [length, width]. */
function sinusoids(length: number, width: number): Float32Array {
  const half = width / 2;
  return Float32Array.from({ length: length * width }, (_, at) => {
    const place = at % width;
    const angle = Math.floor(at / width) * 10_000 ** (-(place % half) / (half - 1));
    return place < half ? Math.sin(angle) : Math.cos(angle);
  });
}
