import { crossNames, crossOutputs, decoderInterface } from '../../decoding/decoder-graph.js';
import {
  ElementType,
  inOrder,
  int,
  ints,
  int64Tensor,
  node,
  producerOf,
  prune,
  redirect,
  shiftWeightsToInt8,
  valueInfo,
} from '../../models/graph-surgery.js';
import { integerConvolution } from '../../models/integer-convolution.js';
import { MOST_TOKENS } from './moonshine-geometry.js';
import { leanAttention, type AttentionShape } from './lean-attention.js';
import type { OnnxGraph, OnnxModel, OnnxNode, OnnxTensor, OnnxValueInfo } from '../../models/onnx-model.js';

/** What the prepared graphs need to know of the processor that will run them. */
export interface PreparationTarget {
  /** Whether int8 × uint8 products are exact and fast (VNNI on x86, any ARM). */
  readonly int8Weights: boolean;
}

/** The two graphs that a recognizer runs, made from the published encoder and merged decoder. */
export interface PreparedGraphs {
  /**
   * `input_values` float32 [1, samples], and from an earlier run over the audio just before it: `past_hidden` float32
   * [1, past, width], `past.N.key` and `past.N.value` float16 [1, heads, past, head size], of which the first
   * `kept_frames` int64 [1] count. → `hidden` and `present.N.*`, the same for kept and new frames together, and for
   * each decoder layer `cross.N.key` float32 [1, heads, head size, frames], transposed for the product with the
   * query, and `cross.N.value` float32 [1, heads, frames, head size].
   */
  readonly encoder: OnnxModel;
  /** See `decoderInterface`. */
  readonly decoder: OnnxModel;
}

/**
 * Prepares Moonshine's published graphs (onnx-community layout) for batched decoding.
 *
 * The merged decoder dequantises and transposes its whole embedding at every step, copies the cross-attention keys
 * and values through an `If`, computes logits for every position, and has no masks. Here its two branches are
 * separated: the projections of the encoder's output into keys and values join the encoder, with the keys already
 * transposed, which the published graph repeats at every step; what remains serves prefill and step alike. The
 * encoder learns to continue from an earlier run, so that carried context is not encoded again with every utterance.
 * Positions and masks become inputs, so that rows of different lengths share a batch, and the output projection stays
 * int8.
 *
 * The models are changed in place: to use them for anything else, decode them again. Throws if their structure is not the
 * expected one.
 */
export function prepareGraphs(
  encoder: OnnxModel,
  decoder: OnnxModel,
  target: PreparationTarget,
): PreparedGraphs {
  const branches = decoderBranches(decoder.graph);
  // The second of the three does most of the work; the last has inputs so uneven that 8 bits would lose the quiet
  // ones.
  const encoderGraph = integerConvolution(encoder.graph, 'conv2');
  const shape = attentionShape(decoder.graph);
  const listening = leanAttention(continuedEncoder(encoderGraph), shape, { from: 'window' });
  const prepared = {
    encoder: {
      ...encoder,
      opsetImport: withMicrosoft(encoder),
      graph: withCrossAttention(listening, decoder.graph, branches.first),
    },
    decoder: {
      ...decoder,
      opsetImport: withMicrosoft(decoder),
      graph: batchedDecoder(decoder.graph, branches.cached, shape),
    },
  };
  if (target.int8Weights) {
    shiftWeightsToInt8(prepared.encoder.graph);
    shiftWeightsToInt8(prepared.decoder.graph);
  }
  return prepared;
}

interface Branches {
  /** The branch for the first token: computes cross-attention keys and values. */
  readonly first: OnnxGraph;
  /** The branch for later tokens: reads those keys and values. */
  readonly cached: OnnxGraph;
}

function decoderBranches(merged: OnnxGraph): Branches {
  const choice = merged.node.find((candidate) => candidate.opType === 'If');
  const branch = (name: string): OnnxGraph => {
    const graph = choice?.attribute.find((attribute) => attribute.name === name)?.g;
    if (!graph) throw new Error(`the merged decoder has no ${name}`);
    // Branch outputs take the merged graph's names by position.
    const names = new Map(
      graph.output.map((output, i) => [output.name, merged.output[i]?.name ?? output.name]),
    );
    for (const inner of graph.node) {
      inner.input = inner.input.map((value) => names.get(value) ?? value);
      inner.output = inner.output.map((value) => names.get(value) ?? value);
    }
    return { ...graph, output: merged.output, initializer: graph.initializer };
  };
  return { first: branch('else_branch'), cached: branch('then_branch') };
}

/**
 * Continues where an earlier run ended: each layer attends to the keys and values of the kept frames as well as
 * to the new ones, and the new frames' positions count on. The state is kept as float16, in half the memory.
 */
function continuedEncoder(encoder: OnnxGraph): OnnxGraph {
  const { int64, float32 } = ElementType;
  const layers = encoder.node.filter((candidate) => candidate.opType === 'Softmax').length;
  const positions = shiftPositions(encoder);
  const attention = Array.from({ length: layers }, (_, layer) => continueAttention(encoder, layer));
  const fresh = encoder.output[0]?.name ?? '';
  const hidden = [
    node('Slice', ['past_hidden', 'zero', 'kept_frames', 'one'], ['past_hidden/kept']),
    node('Concat', ['past_hidden/kept', fresh], ['hidden'], [int('axis', 1)]),
  ];
  return {
    ...encoder,
    node: inOrder([...encoder.node, ...positions, ...attention.flatMap(({ nodes }) => nodes), ...hidden]),
    initializer: [
      ...encoder.initializer,
      int64Tensor('zero', [0]),
      int64Tensor('one', [1]),
      int64Tensor('frame_axis', [2]),
    ],
    input: [
      ...encoder.input,
      valueInfo('kept_frames', int64, [1]),
      valueInfo('past_hidden', float32, [1, 'past', 'width']),
      ...attention.flatMap(({ inputs }) => inputs),
    ],
    output: [
      valueInfo('hidden', float32, [1, 'frames', 'width']),
      ...attention.flatMap(({ outputs }) => outputs),
    ],
  };
}

/** Has the positions of new frames count on from the kept ones. Returns the nodes that this takes. */
function shiftPositions({ node: nodes }: OnnxGraph): OnnxNode[] {
  const positions = nodes
    .filter((candidate) => candidate.opType === 'Range')
    .flatMap((range) => range.output)[0];
  if (positions === undefined) throw new Error('the encoder has no positions');
  redirect(nodes, positions, 'shifted_positions');
  return [node('Add', [positions, 'kept_frames'], ['shifted_positions'])];
}

/** What a part of a graph adds to it. */
interface Addition {
  readonly nodes: OnnxNode[];
  readonly inputs: OnnxValueInfo[];
  readonly outputs: OnnxValueInfo[];
}

/** Has a layer attend to kept keys and values too, and keep its own. */
function continueAttention({ node: nodes }: OnnxGraph, layer: number): Addition {
  const attention = `/layers.${layer}/self_attn/`;
  const scores = producerOf(nodes, `${attention}MatMul_output_0`);
  // The keys come scaled and transposed out of these two nodes; ahead of them they are [1, heads, frames, size].
  const scaled = producerOf(nodes, scores.input[1] ?? '');
  const transpose = producerOf(nodes, scaled.input[0] ?? '');
  const context = producerOf(nodes, `${attention}MatMul_1_output_0`);
  const key = joinKept(transpose, 0, `${layer}.key`);
  const value = joinKept(context, 1, `${layer}.value`);
  return {
    nodes: [...key.nodes, ...value.nodes],
    inputs: [...key.inputs, ...value.inputs],
    outputs: [...key.outputs, ...value.outputs],
  };
}

/** Puts kept keys or values before those that a node takes as its input number `place`. */
function joinKept(reader: OnnxNode, place: number, name: string): Addition {
  const { float16, float32 } = ElementType;
  const [past, present] = [`past.${name}`, `present.${name}`];
  const fresh = reader.input[place] ?? '';
  reader.input[place] = `${present}/all`;
  return {
    nodes: [
      node('Slice', [past, 'zero', 'kept_frames', 'frame_axis'], [`${past}/kept`]),
      node('Cast', [`${past}/kept`], [`${past}/float32`], [int('to', float32)]),
      node('Concat', [`${past}/float32`, fresh], [`${present}/all`], [int('axis', 2)]),
      node('Cast', [`${present}/all`], [present], [int('to', float16)]),
    ],
    inputs: [valueInfo(past, float16, [1, 'heads', 'past', 'head_size'])],
    outputs: [valueInfo(present, float16, [1, 'heads', 'frames', 'head_size'])],
  };
}

/** Appends the projections of the encoder's output into the keys and values that the decoder attends to. */
function withCrossAttention(encoder: OnnxGraph, merged: OnnxGraph, first: OnnxGraph): OnnxGraph {
  const outputs = crossNames(layerCount(merged));
  const nodes = first.node.map((source) => ({
    ...source,
    input: [...source.input],
    output: [...source.output],
  }));
  for (const name of outputs) {
    const published = producerOf(nodes, publishedCrossName(name));
    // The batch size is read from the decoder's own activations, which are not there yet: it is one.
    const reshape = producerOf(nodes, published.input[0] ?? '');
    producerOf(nodes, reshape.input[1] ?? '').input[0] = 'one';
    published.output[0] = name;
    if (!name.endsWith('key')) continue;
    published.output[0] = `${name}/published`;
    nodes.push(node('Transpose', [`${name}/published`], [name], [ints('perm', [0, 1, 3, 2])]));
  }
  redirect(nodes, 'encoder_hidden_states', 'hidden');
  // Both models were exported alike, so that names of inner values and constants may coincide.
  const constants = [...merged.initializer, ...first.initializer];
  const prefixed = withPrefix('cross/', nodes, constants, ['hidden', 'one', ...outputs]);
  return prune({
    ...encoder,
    node: [...encoder.node, ...prefixed.nodes],
    initializer: [...encoder.initializer, ...prefixed.constants],
    output: [...encoder.output, ...crossOutputs(layerCount(merged))],
  });
}

function attentionShape(merged: OnnxGraph): AttentionShape {
  const key = merged.input.find((input) => input.name === 'past_key_values.0.decoder.key');
  const [, heads = 0, , headSize = 0] = (key?.type?.tensorType.shape.dim ?? []).map(({ dimValue }) =>
    Number(dimValue ?? 0),
  );
  if (heads <= 0 || headSize <= 0) throw new Error('the merged decoder does not tell the size of its heads');
  return { heads, headSize };
}

/** Adds the runtime's own operators. */
function withMicrosoft({ opsetImport }: OnnxModel): OnnxModel['opsetImport'] {
  return [...opsetImport, { domain: 'com.microsoft', version: 1 }];
}

function batchedDecoder(merged: OnnxGraph, cached: OnnxGraph, shape: AttentionShape): OnnxGraph {
  const layers = layerCount(merged);
  let nodes = [...cached.node];
  maskAttention(nodes);
  readPositions(nodes);
  const head = int8OutputProjection(nodes, merged.initializer);
  const listening = listeningPlace(nodes, layers);
  nodes = [...nodes.filter((candidate) => !candidate.output.includes('logits')), ...head.nodes, ...listening];
  for (let layer = 0; layer < layers; layer++) nameKeysAndValues(nodes, layer);
  const batched = {
    ...merged,
    node: nodes,
    initializer: [
      ...merged.initializer,
      ...cached.initializer,
      ...head.constants,
      int64Tensor('no_end', [Number.MAX_SAFE_INTEGER]),
      int64Tensor('token_axis', [1]),
      int64Tensor('asking_axis', [2]),
    ],
    ...decoderInterface(layers),
  };
  return prune(leanAttention(batched, shape, { from: 'position_ids', tokens: MOST_TOKENS }));
}

/** Takes the masks of attention, and the transposed keys of cross-attention, from inputs. Adds to `nodes`. */
function maskAttention(nodes: OnnxNode[]): void {
  for (const attention of nodes.filter((candidate) => candidate.opType === 'Softmax')) {
    const scores = attention.input[0] ?? '';
    if (attention.name.includes('self_attn')) {
      producerOf(nodes, scores).input[1] = 'self_mask';
      continue;
    }
    const product = producerOf(nodes, scores);
    const layer = /layers\.(\d+)\//.exec(attention.name)?.[1] ?? '';
    product.input[1] = `cross.${layer}.key`;
    nodes.push(node('Add', [scores, 'cross_mask'], [`${scores}/masked`]));
    attention.input[0] = `${scores}/masked`;
  }
}

/** Takes the positions of tokens from an input, where the graph counted them. */
function readPositions(nodes: readonly OnnxNode[]): void {
  const counted = nodes.filter((candidate) => candidate.opType === 'Range').flatMap((range) => range.output);
  for (const positions of counted) {
    const readers = nodes.filter(({ opType, input }) => opType === 'Unsqueeze' && input[0] === positions);
    for (const reader of readers) redirect(nodes, reader.output[0] ?? '', 'position_ids');
  }
}

/** Gives a layer's keys and values the names of `decoderInterface`. */
function nameKeysAndValues(nodes: readonly OnnxNode[], layer: number): void {
  for (const part of ['key', 'value']) {
    if (part === 'value') redirect(nodes, `past_key_values.${layer}.encoder.value`, `cross.${layer}.value`);
    redirect(nodes, `past_key_values.${layer}.decoder.${part}`, `past.${layer}.${part}`);
    const name = `present.${layer}.decoder.${part}`;
    const present = producerOf(nodes, name);
    present.output = present.output.map((value) => (value === name ? `present.${layer}.${part}` : value));
    redirect(nodes, name, `present.${layer}.${part}`);
  }
}

/**
 * Cross-attention of the tokens that logits are computed for, the mean over the heads of two layers. The two layers
 * before the last follow the audio word by word; earlier ones wander, and the last looks ahead.
 */
function listeningPlace(nodes: readonly OnnxNode[], layers: number): OnnxNode[] {
  const sources = [layers - 3, layers - 2].map((layer) => {
    const found = nodes.find(
      ({ opType, name }) => opType === 'Softmax' && name.includes(`layers.${layer}/encoder_attn`),
    );
    if (!found) throw new Error(`decoder layer ${layer} has no cross-attention`);
    return found.output[0] ?? '';
  });
  return [
    ...sources.flatMap((source, i) => [
      node('Slice', [source, 'first_answer', 'no_end', 'asking_axis'], [`attention/${i}`]),
      node(
        'ReduceMean',
        [`attention/${i}`],
        [`attention/${i}/mean`],
        [ints('axes', [1]), int('keepdims', 0)],
      ),
    ]),
    node('Add', ['attention/0/mean', 'attention/1/mean'], ['attention']),
  ];
}

/**
 * The activations of the tokens that logits are computed for, times the transposed int8 embedding, which the
 * published graph unpacks each time.
 */
function int8OutputProjection(
  nodes: readonly OnnxNode[],
  constants: readonly OnnxTensor[],
): { readonly nodes: OnnxNode[]; readonly constants: OnnxTensor[] } {
  const embedding = constants.find((tensor) => /embed_tokens\.weight.*_quantized$/.test(tensor.name));
  if (!embedding) throw new Error('the merged decoder has no quantised embedding');
  const stem = embedding.name.replace(/_quantized$/, '');
  const zeroPoint = constants.find((tensor) => tensor.name === `${stem}_zero_point`);
  if (!zeroPoint) throw new Error('the quantised embedding has no zero point');
  const activations = producerOf(nodes, 'logits').input[0] ?? '';
  return {
    constants: [
      transposed(embedding, 'output_projection'),
      // A copy of its own, since the embedding's stays uint8 when weights are shifted.
      { ...zeroPoint, name: 'output_projection_zero_point' },
    ],
    nodes: [
      node('Slice', [activations, 'first_answer', 'no_end', 'token_axis'], ['answered']),
      node(
        'DynamicQuantizeLinear',
        ['answered'],
        ['answered_quantized', 'answered_scale', 'answered_zero_point'],
      ),
      node(
        'MatMulInteger',
        ['answered_quantized', 'output_projection', 'answered_zero_point', 'output_projection_zero_point'],
        ['logits_quantized'],
      ),
      node('Cast', ['logits_quantized'], ['logits_unscaled'], [int('to', ElementType.float32)]),
      node('Mul', ['answered_scale', `${stem}_scale`], ['logits_scale']),
      node('Mul', ['logits_unscaled', 'logits_scale'], ['logits']),
    ],
  };
}

function transposed(tensor: OnnxTensor, name: string): OnnxTensor {
  const [rows = 0, columns = 0] = tensor.dims.map(Number);
  const source = tensor.rawData;
  const rawData = new Uint8Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++)
      rawData[column * rows + row] = source[row * columns + column] ?? 0;
  }
  return { name, dims: [columns, rows], dataType: tensor.dataType, rawData };
}

function layerCount(merged: OnnxGraph): number {
  return merged.output.filter((output) => /^present\.\d+\.decoder\.key$/.test(output.name)).length;
}

function publishedCrossName(name: string): string {
  const [, layer = '', part = ''] = name.split('.');
  return `present.${layer}.encoder.${part}`;
}

function withPrefix(
  prefix: string,
  nodes: readonly OnnxNode[],
  constants: readonly OnnxTensor[],
  shared: readonly string[],
): { readonly nodes: OnnxNode[]; readonly constants: OnnxTensor[] } {
  const own = new Set(shared);
  const renamed = (name: string) => (name === '' || own.has(name) ? name : prefix + name);
  return {
    nodes: nodes.map((source) => ({
      ...source,
      name: prefix + source.name,
      input: source.input.map(renamed),
      output: source.output.map(renamed),
    })),
    constants: constants.map((tensor) => ({ ...tensor, name: renamed(tensor.name) })),
  };
}
