import {
  ElementType,
  float32Scalar,
  float32Tensor,
  int,
  ints,
  int64Tensor,
  node,
} from '../../models/graph-surgery.js';
import type { OnnxAttribute, OnnxNode, OnnxTensor } from '../../models/onnx-model.js';
import { dequantised, type Weights } from './published-weights.js';

/** Collects the nodes and constants of a transformer's graph. */
export interface TransformerGraph {
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly OnnxTensor[];
  /** Adds a node with one output, and returns the output's name. */
  add(opType: string, input: readonly string[], output: string, attribute?: OnnxAttribute[]): string;
  /** Adds a constant of floats. */
  floats(name: string, dims: readonly number[], values: Float32Array): string;
  /** Adds a list of integers. */
  integers(name: string, values: readonly number[]): string;
  /** Layer normalisation over the last axis. */
  normalised(input: string, name: string, scale: Float32Array, bias: Float32Array): string;
  /** `input` · `weights` + `bias`; the product is in integers if the weights are. */
  linear(input: string, name: string, weights: Weights, bias: Float32Array | undefined): string;
  /** The rows of a table by number. */
  looked(numbers: string, name: string, table: Weights): string;
  /** The Gaussian error linear unit. */
  gelu(input: string): string;
}

/** Makes an empty graph. */
export function createTransformerGraph(): TransformerGraph {
  const parts = collectParts();
  const { nodes, constants, add, constant, floats, bytes } = parts;
  const integerProduct = createIntegerProducts(parts);
  return {
    nodes,
    constants,
    add,
    floats,
    integers: (name, values) => constant(int64Tensor(name, values)),
    normalised: (input, name, scale, bias) =>
      add(
        'LayerNormalization',
        [input, floats(`${name}/weight`, [scale.length], scale), floats(`${name}/bias`, [bias.length], bias)],
        name,
        [int('axis', -1), EPSILON],
      ),
    linear(input, name, weights, bias) {
      const product =
        weights.kind === 'quantised'
          ? integerProduct(input, name, weights)
          : add(
              'MatMul',
              [input, floats(`${name}/weights`, weights.dims, weights.values)],
              `${name}/product`,
            );
      if (!bias) return product;
      return add('Add', [product, floats(`${name}/bias`, [bias.length], bias)], name);
    },
    looked(numbers, name, table) {
      if (table.kind === 'float') {
        return add('Gather', [floats(`${name}/table`, table.dims, table.values), numbers], name);
      }
      const rows = add('Gather', [bytes(`${name}/table`, table.dims, table.values), numbers], `${name}/rows`);
      const scale = constant(float32Scalar(`${name}/scale`, table.scale));
      const zeroPoint = bytes(`${name}/zero_point`, [], Uint8Array.of(table.zeroPoint));
      return add('DequantizeLinear', [rows, scale, zeroPoint], name);
    },
    gelu: (input) => add('Gelu', [input], `${input}/gelu`),
  };
}

/** Nodes and constants, and what adds to them. */
interface GraphParts {
  readonly nodes: OnnxNode[];
  readonly constants: OnnxTensor[];
  readonly add: TransformerGraph['add'];
  /** Adds a constant unless there is one of that name, and returns its name. */
  readonly constant: (tensor: OnnxTensor) => string;
  readonly floats: TransformerGraph['floats'];
  readonly bytes: (name: string, dims: readonly number[], rawData: Uint8Array) => string;
}

function collectParts(): GraphParts {
  const nodes: OnnxNode[] = [];
  const constants: OnnxTensor[] = [];
  const named = new Set<string>();
  const constant = (tensor: OnnxTensor): string => {
    if (!named.has(tensor.name)) constants.push(tensor);
    named.add(tensor.name);
    return tensor.name;
  };
  return {
    nodes,
    constants,
    add(opType, input, output, attribute = []) {
      nodes.push(node(opType, input, [output], attribute));
      return output;
    },
    constant,
    floats: (name, dims, values) => constant(float32Tensor(name, dims, values)),
    bytes: (name, dims, rawData) => constant({ name, dims: [...dims], dataType: ElementType.uint8, rawData }),
  };
}

/** Products in integers, for which each input is quantised once. */
function createIntegerProducts({ nodes, add, constant, bytes }: GraphParts) {
  const quantised = new Set<string>();
  return (input: string, name: string, weights: Weights & { readonly kind: 'quantised' }): string => {
    if (!quantised.has(input)) {
      quantised.add(input);
      const parts = ['quantised', 'scale', 'zero_point'].map((part) => `${input}/${part}`);
      nodes.push(node('DynamicQuantizeLinear', [input], parts));
    }
    const product = add(
      'MatMulInteger',
      [
        `${input}/quantised`,
        bytes(`${name}/weights`, weights.dims, weights.values),
        `${input}/zero_point`,
        bytes(`${name}/zero_point`, [], Uint8Array.of(weights.zeroPoint)),
      ],
      `${name}/integers`,
    );
    const scale = constant(float32Scalar(`${name}/weights_scale`, weights.scale));
    return add(
      'Mul',
      [
        add('Cast', [product], `${name}/unscaled`, [int('to', ElementType.float32)]),
        add('Mul', [`${input}/scale`, scale], `${name}/scale`),
      ],
      `${name}/product`,
    );
  };
}

/** The transposed weights of a table: a product with them turns activations back into scores for its rows. */
export function transposed(weights: Weights): Weights {
  const [rows = 0, columns = 0] = weights.dims;
  const dims = [columns, rows];
  return weights.kind === 'float'
    ? { ...weights, dims, values: transposedValues(weights.values, new Float32Array(rows * columns), rows) }
    : { ...weights, dims, values: transposedValues(weights.values, new Uint8Array(rows * columns), rows) };
}

/** The same weights as floats. */
export function asFloats(weights: Weights): Weights {
  return { kind: 'float', dims: weights.dims, values: dequantised(weights) };
}

/** [rows, columns] → [columns, rows]. */
function transposedValues<T extends Float32Array | Uint8Array>(values: T, target: T, rows: number): T {
  const columns = values.length / rows;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      target[column * rows + row] = values[row * columns + column] as number;
    }
  }
  return target;
}

/** Added to the variance before its root, as in the original model. */
const EPSILON: OnnxAttribute = { name: 'epsilon', type: 1, f: 1e-5 };

/** The permutation of axes of a Transpose. */
export function permutation(...axes: readonly number[]): OnnxAttribute[] {
  return [ints('perm', axes)];
}
