import { ElementType, int, valueInfo } from '../../../src/models/graph-surgery.js';
import type {
  OnnxGraph,
  OnnxModel,
  OnnxNode,
  OnnxTensor,
  OnnxValueInfo,
} from '../../../src/models/onnx-model.js';
import {
  cachedCrossAttention,
  cachedSelfAttention,
  projectedCrossAttention,
  type KeysAndValues,
} from './attention.js';
import { castTo, type WhisperShape } from './encoder-graph.js';
import { createRootModule, createWeightStore, type Module, type WeightStore } from './graph-builder.js';
import { feedForward, layerNorm, lookUp, transposedTable } from './layers.js';
import { floatTensor, type Precision } from './random-tensor.js';

/**
 * A decoder in the onnx-community layout: one graph for the first step and for all others, which `use_cache_branch`
 * tells apart. `input_ids`, `encoder_hidden_states` and `past_key_values.N.*` → `logits` and `present.N.*`.
 */
export function randomDecoder(shape: WhisperShape, precision: Precision): OnnxModel {
  const { float32, float16, bool, int64 } = OUTER_TYPES;
  const inner = precision === 'float16' ? float16 : float32;
  const weights = createWeightStore({ precision, matrices: 'int8', suffix: '_merged_0' });
  const nodes: OnnxNode[] = [];
  const width = shape.heads * shape.headSize;
  const past = stateNames('past_key_values', shape.layers);
  const present = stateNames('present', shape.layers);
  const stateInputs = past.map((name) => stateInfo(name, shape, float32, PAST));
  const inputs = [
    valueInfo('encoder_hidden_states', float32, ['batch_size', 'encoder_sequence_length', width]),
    ...stateInputs,
  ];
  const outputs = (type: number, encoder: readonly (string | number)[] | undefined) => [
    valueInfo('logits', type, ['batch_size', 'decoder_sequence_length', shape.vocabulary]),
    ...present.map((name) => stateInfo(name, shape, type, PRESENT, encoder)),
  ];

  const source = new Map(inputs.map(({ name }) => [name, name]));
  if (precision === 'float16') {
    inputs.forEach(({ name }, index) => {
      source.set(name, `graph_input_cast_${index}`);
      castTo('float16', name, `graph_input_cast_${index}`, nodes);
    });
  }
  const read = (name: string) => source.get(name) ?? name;
  if (precision === 'int8') createRootModule(nodes, weights).quantise('encoder_hidden_states');
  const branch = (cached: boolean): OnnxGraph => ({
    name: cached ? 'with_past' : 'no_past',
    node: branchNodes(shape, weights, cached, read),
    initializer: [],
    input: [],
    output: outputs(inner, cached ? ['batch_size', shape.heads, 1, shape.headSize] : undefined),
  });

  const published = outputs(float32, undefined);
  const chosen = published.map(({ name }, index) =>
    precision === 'float16' ? `graph_output_cast_${index}` : name,
  );
  nodes.push({
    name: 'optimum::if',
    opType: 'If',
    input: ['use_cache_branch'],
    output: chosen,
    attribute: [
      { name: 'else_branch', type: 5, g: branch(false) },
      { name: 'then_branch', type: 5, g: branch(true) },
    ],
  });
  if (precision === 'float16') {
    published.forEach(({ name }, index) => {
      castTo('float32', chosen[index] ?? '', name, nodes);
    });
  }
  return {
    irVersion: 9,
    opsetImport: [{ domain: '', version: 18 }],
    graph: {
      name: 'merged',
      node: nodes,
      initializer: weights.initializers,
      input: [
        valueInfo('input_ids', int64, ['batch_size', 'decoder_sequence_length']),
        ...inputs,
        valueInfo('use_cache_branch', bool, [1]),
      ],
      output: published,
    },
  };
}

function branchNodes(
  shape: WhisperShape,
  weights: WeightStore,
  cached: boolean,
  read: (name: string) => string,
): OnnxNode[] {
  const nodes: OnnxNode[] = [];
  const root = createRootModule(nodes, weights, ['encoder_hidden_states']);
  const decoder = root.module('model/decoder');
  const width = shape.heads * shape.headSize;
  const embedded = embed(decoder, shape, cached ? read('past_key_values.0.decoder.key') : undefined);
  let { hidden } = embedded;
  for (let n = 0; n < shape.layers; n++) {
    const layer = decoder.module(`layers.${n}`);
    const past = (part: string) => keysAndValues(`past_key_values.${n}.${part}`, read);
    const present = (part: string) => keysAndValues(`present.${n}.${part}`);

    const said = layerNorm(layer.module('self_attn_layer_norm'), hidden, width);
    const own = cachedSelfAttention(
      layer.module('self_attn'),
      said,
      shape,
      cached ? past('decoder') : undefined,
      present('decoder'),
      embedded.visible,
    );
    hidden = layer.op('Add', [hidden, own]);
    const asking = layerNorm(layer.module('encoder_attn_layer_norm'), hidden, width);
    const listening = layer.module('encoder_attn');
    const heard = cached
      ? cachedCrossAttention(listening, asking, shape, past('encoder'))
      : projectedCrossAttention(listening, asking, read('encoder_hidden_states'), shape, present('encoder'));
    hidden = layer.op('Add', [hidden, heard]);
    const normal = layerNorm(layer.module('final_layer_norm'), hidden, width);
    hidden = layer.op('Add', [hidden, feedForward(layer, normal, width)]);
  }
  const final = layerNorm(decoder.module('layer_norm'), hidden, width);
  const table = transposedTable(decoder.module('embed_tokens'), shape.vocabulary, width, TOKEN_DEVIATION);
  root.module('proj_out').op('MatMul', [final, table], [], 'logits');
  if (cached) addEmptyCrossStates(root, shape);
  return nodes;
}

/**
 * Tokens and their positions as vectors, and which tokens each may attend to, [rows, 1, tokens, all]: none that come later.
 * The detours that the exporter made are kept.
 */
function embed(
  self: Module,
  shape: WhisperShape,
  past: string | undefined,
): { readonly hidden: string; readonly visible: string } {
  const width = shape.heads * shape.headSize;
  const int64 = [int('to', ElementType.int64)];
  const rows = self.sizeOf('input_ids', 0);
  const tokens = self.sizeOf('input_ids', 1);
  const flat = self.op('Concat', [self.integer([-1]), self.vectorOf(tokens)], [int('axis', 0)]);
  const ids = self.op('Reshape', ['input_ids', flat], [int('allowzero', 0)]);
  const words = lookUp(self.module('embed_tokens'), ids, shape.vocabulary, width, TOKEN_DEVIATION);

  const before = past === undefined ? self.integer(0) : self.sizeOf(past, 2);
  const end = past === undefined ? tokens : self.op('Add', [before, tokens]);
  const from = past === undefined ? before : self.op('Cast', [before], int64);
  const numbers = self.op('Range', [from, self.op('Cast', [end], int64), self.integer(1)]);
  const row = self.op('Unsqueeze', [numbers, self.integer([0])]);
  const once = self.op('Concat', [self.vectorOf(rows), self.integer([1])], [int('axis', 0)]);
  const repeats = self.op('Concat', [self.vectorOf(rows), self.integer([1])], [int('axis', 0)]);
  const ones = self.op('ConstantOfShape', [self.op('Shape', [once])], ONES);
  const places = self.op('Tile', [self.op('Expand', [row, ones]), repeats]);
  const positions = lookUp(
    self.module('embed_positions'),
    places,
    shape.positions,
    width,
    POSITION_DEVIATION,
  );
  const type = self.weights.precision === 'float16' ? ElementType.float16 : ElementType.float32;
  const hidden = self.op('Add', [words, self.op('Cast', [positions], [int('to', type)])]);

  const fresh = self.sizeOf(numbers, 0);
  const all = past === undefined ? fresh : self.op('Add', [before, fresh]);
  const batch = self.sizeOf(words, 0);
  const column = self.op('Unsqueeze', [self.op('Unsqueeze', [row, self.integer([1])]), self.integer([3])]);
  const others = self.op('Range', [self.integer(0), self.op('Cast', [all], int64), self.integer(1)]);
  const lined = [[0], [1], [2]].reduce(
    (value, axis) => self.op('Unsqueeze', [value, self.integer(axis)]),
    others,
  );
  const causal = self.op('LessOrEqual', [lined, column]);
  const sizes = [
    self.op('Unsqueeze', [batch, self.integer([0])]),
    self.integer([-1]),
    self.op('Unsqueeze', [fresh, self.integer([0])]),
    self.op('Unsqueeze', [all, self.integer([0])]),
  ];
  const target = self.op(
    'Reshape',
    [self.op('Concat', sizes, [int('axis', 0)]), self.integer([-1])],
    [int('allowzero', 0)],
  );
  const filled = self.op('ConstantOfShape', [self.op('Shape', [target])], ONES);
  const unknown = self.op('Equal', [target, self.op('Mul', [filled, self.integer(-1)])]);
  const visible = self.op('Expand', [causal, self.op('Where', [unknown, filled, target])]);
  return { hidden, visible };
}

/** Later steps give back no keys and values of the encoder: what the first step gave is used again. */
function addEmptyCrossStates(root: Module, { layers, heads, headSize }: WhisperShape): void {
  const empty = floatTensor('', [0, heads, 1, headSize], new Float32Array(0), root.weights.precision);
  stateNames('present', layers)
    .filter((name) => name.includes('encoder'))
    .forEach((name, index) => {
      root.named(`Constant_${900 + index}`, 'Constant', [], [name], [{ name: 'value', type: 4, t: empty }]);
    });
}

function stateNames(prefix: string, layers: number): string[] {
  return Array.from({ length: layers }, (_, layer) =>
    ['decoder.key', 'decoder.value', 'encoder.key', 'encoder.value'].map(
      (part) => `${prefix}.${layer}.${part}`,
    ),
  ).flat();
}

function keysAndValues(name: string, read: (name: string) => string = (own) => own): KeysAndValues {
  return { key: read(`${name}.key`), value: read(`${name}.value`) };
}

function stateInfo(
  name: string,
  { heads, headSize }: WhisperShape,
  type: number,
  decoderLength: string,
  encoderDims: readonly (number | string)[] = ['batch_size', heads, 'encoder_sequence_length', headSize],
): OnnxValueInfo {
  const dims = name.includes('encoder') ? encoderDims : ['batch_size', heads, decoderLength, headSize];
  return valueInfo(name, type, dims);
}

/** Standard deviations of the two tables: that of positions is larger, so that texts do not repeat one token for ever. */
const TOKEN_DEVIATION = 0.3;
const POSITION_DEVIATION = 3;

const PAST = 'past_decoder_sequence_length';
const PRESENT = 'past_decoder_sequence_length + decoder_sequence_length';

const OUTER_TYPES = { ...ElementType, bool: 9 } as const;

const ONES = [{ name: 'value', type: 4, t: oneTensor() }];

function oneTensor(): OnnxTensor {
  return {
    name: '',
    dims: [1],
    dataType: ElementType.int64,
    rawData: new Uint8Array(BigInt64Array.of(1n).buffer),
  };
}
