import { crossOutputs, decoderInterface } from '../../decoding/decoder-graph.js';
import {
  ElementType,
  int,
  ints,
  inOrder,
  shiftWeightsToInt8,
  valueInfo,
} from '../../models/graph-surgery.js';
import type { OnnxGraph, OnnxModel, OnnxValueInfo } from '../../models/onnx-model.js';
import { type PublishedWeights, type Weights } from './published-weights.js';
import {
  asFloats,
  createTransformerGraph,
  permutation,
  transposed,
  type TransformerGraph,
} from './transformer-graph.js';
import type { WhisperShape } from './whisper-shape.js';

/** What the prepared graphs need to know of the hardware that will run them. */
export interface WhisperTarget {
  /** `integers`: int8 weights are multiplied as integers; `floats`: they are turned into floats once. */
  readonly products: 'integers' | 'floats';
  /** Whether int8 × uint8 products are exact and fast (VNNI on x86, any ARM). */
  readonly int8Weights: boolean;
}

/** The two graphs that a recognizer runs. */
export interface WhisperGraphs {
  /**
   * `features` float32 [1, bins, 2 · frames], at most 1,500 frames → for each decoder layer `cross.N.key` float32
   * [1, heads, head size, frames], scaled for the product with the query, and `cross.N.value` float32
   * [1, heads, frames, head size].
   */
  readonly encoder: OnnxModel;
  /** See `decoderInterface`. */
  readonly decoder: OnnxModel;
}

/**
 * Builds graphs for batched decoding from the weights of published ones.
 *
 * The published encoder always takes 30 s; the merged decoder unpacks its whole embedding at every step, copies the
 * cross-attention's keys and values through an `If`, and its structure differs by exporter and precision, while the
 * weights do not. Here the encoder takes as much audio as there is and ends in what the decoder attends to; the
 * decoder does prefill and step alike, with positions and masks as inputs and the output projection in integers.
 * Throws if weights are missing.
 */
export function prepareWhisperGraphs(
  encoder: PublishedWeights,
  decoder: PublishedWeights,
  shape: WhisperShape,
  target: WhisperTarget,
): WhisperGraphs {
  const fitting = (weights: Weights) => (target.products === 'floats' ? asFloats(weights) : weights);
  const graphs = {
    encoder: encoderGraph(encoder, decoder, shape, fitting),
    decoder: decoderGraph(decoder, shape, fitting),
  };
  if (target.int8Weights) {
    shiftWeightsToInt8(graphs.encoder);
    shiftWeightsToInt8(graphs.decoder);
  }
  return { encoder: asModel(graphs.encoder), decoder: asModel(graphs.decoder) };
}

type Fitting = (weights: Weights) => Weights;

/** A graph that is being built, and the model's layers by their names, with their published weights. */
interface Building {
  readonly graph: TransformerGraph;
  readonly shape: WhisperShape;
  readonly linear: (input: string, name: string) => string;
  readonly normalised: (input: string, name: string) => string;
}

function beginGraph(weights: PublishedWeights, shape: WhisperShape, fitting: Fitting): Building {
  const graph = createTransformerGraph();
  return {
    graph,
    shape,
    linear: (input, name) =>
      graph.linear(input, name, fitting(weights.matrix(name)), weights.vector(`${dotted(name)}.bias`)),
    normalised: (input, name) => normalisation(graph, weights, input, name),
  };
}

function encoderGraph(
  weights: PublishedWeights,
  decoder: PublishedWeights,
  shape: WhisperShape,
  fitting: Fitting,
): OnnxGraph {
  const building = beginGraph(weights, shape, fitting);
  let hidden = placedFrames(building.graph, weights, shape);
  for (let index = 0; index < shape.encoderLayers; index++)
    hidden = encoderLayer(building, hidden, `layers.${index}`);
  hidden = building.normalised(hidden, 'layer_norm');
  projectForDecoder(building, hidden, decoder, fitting);
  return asGraph(
    building.graph,
    [valueInfo('features', ElementType.float32, [1, shape.bins, 'feature_frames'])],
    crossOutputs(shape.decoderLayers),
  );
}

/** The features as frames, to each of which its position is added. */
function placedFrames(
  graph: TransformerGraph,
  weights: PublishedWeights,
  { bins, width, positions }: WhisperShape,
): string {
  const first = convolved(graph, weights, 'features', 1, width, bins);
  const second = convolved(graph, weights, first, 2, width, width);
  const table = weights.constant([positions, width]);
  if (!table) throw new Error('it has no positions');
  graph.add('Transpose', [second], 'frames', permutation(0, 2, 1));
  graph.add('Shape', ['frames'], 'frames/count', [int('start', 1), int('end', 2)]);
  graph.add(
    'Slice',
    [graph.floats('positions', [positions, width], table), graph.integers('zero', [0]), 'frames/count'],
    'frames/positions',
  );
  return graph.add('Add', ['frames', 'frames/positions'], 'layers.input');
}

function encoderLayer(building: Building, input: string, name: string): string {
  const { graph, shape, linear, normalised } = building;
  const attended = normalised(input, `${name}/self_attn_layer_norm`);
  const parts = ['q_proj', 'k_proj', 'v_proj'].map((part) => linear(attended, `${name}/self_attn/${part}`));
  const context = multiHeadAttention(graph, parts, `${name}/self_attn/context`, shape.encoderHeads);
  const mixed = linear(context, `${name}/self_attn/out_proj`);
  return feedForward(building, graph.add('Add', [input, mixed], `${name}/attended`), name);
}

/** Ends in the keys and values that the decoder's layers attend to, the keys scaled and transposed. */
function projectForDecoder(
  { graph, shape }: Building,
  hidden: string,
  decoder: PublishedWeights,
  fitting: Fitting,
): void {
  graph.floats('key_scale', [1], Float32Array.of(shape.headSize ** -0.5));
  for (let index = 0; index < shape.decoderLayers; index++) {
    for (const part of ['key', 'value'] as const) {
      const name = `layers.${index}/encoder_attn/${part[0] ?? ''}_proj`;
      const projected = graph.linear(
        hidden,
        `cross/${name}`,
        fitting(decoder.matrix(name)),
        decoder.vector(`${dotted(name)}.bias`),
      );
      const heads = inHeads(graph, projected, shape);
      const output = `cross.${index}.${part}`;
      if (part === 'value') {
        graph.add('Transpose', [heads], output, permutation(0, 2, 1, 3));
      } else {
        graph.add('Transpose', [heads], `${output}/unscaled`, permutation(0, 2, 3, 1));
        graph.add('Mul', [`${output}/unscaled`, 'key_scale'], output);
      }
    }
  }
}

function decoderGraph(weights: PublishedWeights, shape: WhisperShape, fitting: Fitting): OnnxGraph {
  const building = beginGraph(weights, shape, fitting);
  const { graph } = building;
  const tokens = weights.table('embed_tokens.weight');
  graph.floats('query_scale', [1], Float32Array.of(shape.headSize ** -0.5));
  const listening: string[] = [];

  let hidden = graph.add(
    'Add',
    [
      graph.looked('input_ids', 'embed_tokens', fitting(tokens)),
      graph.looked('position_ids', 'embed_positions', asFloats(weights.table('embed_positions.weight'))),
    ],
    'layers.input',
  );
  for (let index = 0; index < shape.decoderLayers; index++) {
    hidden = withSelfAttention(building, hidden, index);
    const heard = withCrossAttention(building, hidden, index);
    listening.push(...listeningPlace(graph, heard.shares, index, shape));
    hidden = feedForward(building, heard.hidden, `layers.${index}`);
  }
  hidden = building.normalised(hidden, 'layer_norm');
  const answered = fromFirstAnswer(graph, hidden, 1);
  graph.add(
    'Identity',
    [graph.linear(answered, 'proj_out', transposed(fitting(tokens)), undefined)],
    'logits',
  );
  graph.add('Sum', listening, 'attention');

  const { input, output } = decoderInterface(shape.decoderLayers);
  return asGraph(graph, input, output);
}

/** Attention of the tokens to themselves and to those before, whose keys and values are kept for the next step. */
function withSelfAttention(
  { graph, shape, linear, normalised }: Building,
  hidden: string,
  index: number,
): string {
  const name = `layers.${index}/self_attn`;
  const attended = normalised(hidden, `${name}_layer_norm`);
  const perHead = (part: string) =>
    graph.add(
      'Transpose',
      [inHeads(graph, linear(attended, `${name}/${part}`), shape)],
      `${name}/${part}/transposed`,
      permutation(0, 2, 1, 3),
    );
  const query = graph.add('Mul', [perHead('q_proj'), 'query_scale'], `${name}/query`);
  for (const part of ['key', 'value'] as const) {
    const fresh = perHead(`${part[0] ?? ''}_proj`);
    graph.add('Concat', [`past.${index}.${part}`, fresh], `present.${index}.${part}`, [int('axis', 2)]);
  }
  const keys = graph.add('Transpose', [`present.${index}.key`], `${name}/keys`, permutation(0, 1, 3, 2));
  const { context } = attention(graph, name, query, keys, `present.${index}.value`, 'self_mask');
  return graph.add('Add', [hidden, linear(joined(graph, context), `${name}/out_proj`)], `${name}/added`);
}

/** Attention of the tokens to what the encoder heard, and the shares of it: see `attention`. */
function withCrossAttention(
  { graph, shape, linear, normalised }: Building,
  input: string,
  index: number,
): { readonly hidden: string; readonly shares: string } {
  const name = `layers.${index}/encoder_attn`;
  const asking = linear(normalised(input, `${name}_layer_norm`), `${name}/q_proj`);
  const query = graph.add(
    'Transpose',
    [inHeads(graph, asking, shape)],
    `${name}/query`,
    permutation(0, 2, 1, 3),
  );
  const [keys, values] = [`cross.${index}.key`, `cross.${index}.value`];
  const { context, shares } = attention(graph, name, query, keys, values, 'cross_mask');
  const projected = linear(joined(graph, context), `${name}/out_proj`);
  return { hidden: graph.add('Add', [input, projected], `${name}/added`), shares };
}

/** The part of a value, along its axis of tokens, that belongs to the tokens that logits are computed for. */
function fromFirstAnswer(graph: TransformerGraph, value: string, tokenAxis: number): string {
  const noEnd = graph.integers('no_end', [Number.MAX_SAFE_INTEGER]);
  const axis = graph.integers(`token_axis/${tokenAxis}`, [tokenAxis]);
  return graph.add('Slice', [value, 'first_answer', noEnd, axis], `${value}/answered`);
}

/** A convolution of width 3 with its activation; the second halves the number of frames. */
function convolved(
  graph: TransformerGraph,
  weights: PublishedWeights,
  input: string,
  number: 1 | 2,
  outputs: number,
  inputs: number,
): string {
  const name = `conv${number}`;
  const kernel = asFloats(weights.table(`${name}.weight`));
  const bias = weights.vector(`${name}.bias`);
  if (kernel.kind !== 'float' || !bias) throw new Error(`it has no bias of ${name}`);
  const convolution = graph.add(
    'Conv',
    [
      input,
      graph.floats(`${name}/kernel`, [outputs, inputs, 3], kernel.values),
      graph.floats(`${name}/bias`, [outputs], bias),
    ],
    name,
    [ints('kernel_shape', [3]), ints('pads', [1, 1]), ints('strides', [number])],
  );
  return graph.gelu(convolution);
}

function normalisation(
  graph: TransformerGraph,
  weights: PublishedWeights,
  input: string,
  name: string,
): string {
  const scale = weights.vector(`${dotted(name)}.weight`);
  const bias = weights.vector(`${dotted(name)}.bias`);
  if (!scale || !bias) throw new Error(`it has no ${name}`);
  return graph.normalised(input, name, scale, bias);
}

function feedForward({ graph, linear, normalised }: Building, input: string, name: string): string {
  const widened = graph.gelu(linear(normalised(input, `${name}/final_layer_norm`), `${name}/fc1`));
  return graph.add('Add', [input, linear(widened, `${name}/fc2`)], `${name}/output`);
}

/** Attention of all frames to all, by the runtime's own operator, which never holds the whole matrix of shares. */
function multiHeadAttention(
  graph: TransformerGraph,
  parts: readonly string[],
  output: string,
  heads: number,
): string {
  return graph.add('MultiHeadAttention', parts, output, [int('num_heads', heads)]);
}

/** Attention with a mask. `shares`: [rows, heads, tokens, places]; `context`: [rows, heads, tokens, head size]. */
function attention(
  graph: TransformerGraph,
  name: string,
  query: string,
  keys: string,
  values: string,
  mask: string,
): { readonly shares: string; readonly context: string } {
  const scores = graph.add('MatMul', [query, keys], `${name}/scores`);
  const masked = graph.add('Add', [scores, mask], `${name}/masked`);
  const shares = graph.add('Softmax', [masked], `${name}/shares`, [int('axis', -1)]);
  return { shares, context: graph.add('MatMul', [shares, values], `${name}/context`) };
}

/** [rows, places, width] → [rows, places, heads, head size]. */
function inHeads(graph: TransformerGraph, input: string, { headSize }: WhisperShape): string {
  const dims = graph.integers('in_heads', [0, 0, -1, headSize]);
  return graph.add('Reshape', [input, dims], `${input}/in_heads`);
}

/** [rows, heads, tokens, head size] → [rows, tokens, width]. */
function joined(graph: TransformerGraph, context: string): string {
  const transposedContext = graph.add(
    'Transpose',
    [context],
    `${context}/transposed`,
    permutation(0, 2, 1, 3),
  );
  return graph.add('Reshape', [transposedContext, graph.integers('joined', [0, 0, -1])], `${context}/joined`);
}

/**
 * Cross-attention of the tokens that logits are computed for, by those heads of a layer that follow the audio, if it
 * has any.
 */
function listeningPlace(
  graph: TransformerGraph,
  shares: string,
  layer: number,
  { alignmentHeads }: WhisperShape,
): string[] {
  const heads = alignmentHeads.filter(([of]) => of === layer).map(([, head]) => head);
  if (heads.length === 0) return [];
  const answered = fromFirstAnswer(graph, shares, 2);
  const chosen = graph.integers(`${shares}/heads`, heads);
  const followed = graph.add('Gather', [answered, chosen], `${shares}/followed`, [int('axis', 1)]);
  const axes = graph.integers('head_axis', [1]);
  return [graph.add('ReduceSum', [followed, axes], `${shares}/listening`, [int('keepdims', 0)])];
}

/** Nodes are called `layers.0/fc1`, weights `layers.0.fc1.bias`. */
function dotted(name: string): string {
  return name.replaceAll('/', '.');
}

function asGraph(
  { nodes, constants }: TransformerGraph,
  input: OnnxValueInfo[],
  output: OnnxValueInfo[],
): OnnxGraph {
  return {
    name: 'whisper',
    node: inOrder(
      nodes.map((one) => (MICROSOFT.has(one.opType) ? { ...one, domain: 'com.microsoft' } : one)),
    ),
    initializer: [...constants],
    input,
    output,
  };
}

/** Operators of the runtime's own set. */
const MICROSOFT: ReadonlySet<string> = new Set(['Gelu', 'MultiHeadAttention']);

function asModel(graph: OnnxGraph): OnnxModel {
  return {
    irVersion: 8,
    opsetImport: [
      { domain: '', version: 17 },
      { domain: 'com.microsoft', version: 1 },
    ],
    graph,
  };
}
