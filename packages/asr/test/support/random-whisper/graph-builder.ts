import { int, ints, int64Tensor } from '../../../src/models/graph-surgery.js';
import type { OnnxAttribute, OnnxNode, OnnxTensor } from '../../../src/models/onnx-model.js';
import { floatTensor, type Precision } from './random-tensor.js';

/** The constants of a model, which several graphs may share. */
export interface WeightStore {
  readonly precision: Precision;
  /** How matrices are quantised, if they are. */
  readonly matrices: 'uint8' | 'int8';
  /** The ending that the exporter gives to names of weights. */
  readonly suffix: string;
  readonly initializers: OnnxTensor[];
  /** Adds the tensors made for a name, the first time that it is asked for. */
  provide(name: string, make: () => readonly OnnxTensor[]): void;
  /** The name that the exporter gives to the matrix of a linear layer: a number. */
  matrixName(layer: string): string;
}

/** Makes an empty store. */
export function createWeightStore(
  options: Pick<WeightStore, 'precision' | 'suffix' | 'matrices'>,
): WeightStore {
  const initializers: OnnxTensor[] = [];
  const provided = new Set<string>();
  const matrixNames = new Map<string, string>();
  return {
    ...options,
    initializers,
    provide(name, make) {
      if (provided.has(name)) return;
      provided.add(name);
      initializers.push(...make());
    },
    matrixName(layer) {
      const name = matrixNames.get(layer) ?? `onnx::MatMul_${900 + matrixNames.size}${options.suffix}`;
      matrixNames.set(layer, name);
      return name;
    },
  };
}

/**
 * A module of a network, to which nodes are added. They are called as PyTorch's exporter calls them:
 * `/layers.0/self_attn/Mul_1` is the second product of that module, `/layers.0/self_attn/Mul_1_output_0` its value.
 */
export interface Module {
  readonly path: string;
  readonly weights: WeightStore;
  module(name: string): Module;
  /** Adds a node under the next name of its kind. Returns the name of its value, which may be chosen. */
  op(opType: string, input: readonly string[], attribute?: readonly OnnxAttribute[], output?: string): string;
  /** Adds a node under a name of its own. */
  named(
    name: string,
    opType: string,
    input: readonly string[],
    output: readonly string[],
    attribute?: readonly OnnxAttribute[],
  ): void;
  /** Adds an int64 constant: a number for a scalar, a list for a vector. */
  integer(value: number | readonly number[]): string;
  /** Adds a constant in the precision of the model. */
  float(value: number | readonly number[]): string;
  /** How many elements a value has along an axis. */
  sizeOf(value: string, axis: number): string;
  /** A scalar as a vector of one. */
  vectorOf(scalar: string): string;
  /** Makes integers of a value, once: `_quantized` at a `_scale` and `_zero_point`. */
  quantise(value: string): void;
}

/** Begins a graph whose nodes come into `nodes`, in order. `quantised`: values that another graph has in integers. */
export function createRootModule(
  nodes: OnnxNode[],
  weights: WeightStore,
  quantised: readonly string[] = [],
): Module {
  const counts = new Map<string, number>();
  const inIntegers = new Set(quantised);
  let unnamed = 100;

  const nextName = (name: string) => {
    const count = counts.get(name) ?? 0;
    counts.set(name, count + 1);
    return count === 0 ? name : `${name}_${count}`;
  };
  const named: Module['named'] = (name, opType, input, output, attribute = []) => {
    nodes.push({ name, opType, input: [...input], output: [...output], attribute: [...attribute] });
  };
  const constant = (name: string, output: string, tensor: OnnxTensor) => {
    named(name, 'Constant', [], [output], [{ name: 'value', type: 4, t: tensor }]);
    return output;
  };

  const createModule = (path: string): Module => {
    const op: Module['op'] = (opType, input, attribute, output) => {
      const name = nextName(`${path}/${opType}`);
      const value = output ?? `${name}_output_0`;
      named(name, opType, input, [value], attribute);
      return value;
    };
    const integer: Module['integer'] = (value) => {
      const name = nextName(`${path}/Constant`);
      return constant(name, `${name}_output_0`, integerTensor(value));
    };
    return {
      path,
      weights,
      module: (name) => createModule(`${path}/${name}`),
      op,
      named,
      integer,
      float(value) {
        const name = nextName(`${path}/Constant`);
        const dims = typeof value === 'number' ? [] : [value.length];
        const values = Float32Array.from([value].flat());
        return constant(name, `${name}_output_0`, floatTensor('', dims, values, weights.precision));
      },
      sizeOf(value, axis) {
        const shape = op('Shape', [value]);
        return op('Gather', [shape, integer(axis)], [int('axis', 0)]);
      },
      vectorOf(scalar) {
        unnamed += 2;
        const axis = constant(`Constant_${unnamed}`, `onnx::Unsqueeze_${unnamed}`, integerTensor([0]));
        return op('Unsqueeze', [scalar, axis]);
      },
      quantise(value) {
        if (inIntegers.has(value)) return;
        inIntegers.add(value);
        const parts = [`${value}_quantized`, `${value}_scale`, `${value}_zero_point`];
        named(`${value}_QuantizeLinear`, 'DynamicQuantizeLinear', [value], parts);
      },
    };
  };
  return createModule('');
}

/** The attribute of a transposition. */
export function permutation(...axes: readonly number[]): OnnxAttribute[] {
  return [ints('perm', axes)];
}

function integerTensor(value: number | readonly number[]): OnnxTensor {
  return typeof value === 'number' ? { ...int64Tensor('', [value]), dims: [] } : int64Tensor('', value);
}
