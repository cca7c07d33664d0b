import { closeSync, openSync, readSync } from 'node:fs';
import path from 'node:path';
import { ElementType } from '../../models/graph-surgery.js';
import type { OnnxGraph, OnnxModel, OnnxNode, OnnxTensor } from '../../models/onnx-model.js';

/** A matrix or table of weights: floats, or integers, each of which stands for (value - zeroPoint) · scale. */
export type Weights =
  | { readonly kind: 'float'; readonly dims: readonly number[]; readonly values: Float32Array }
  | {
      readonly kind: 'quantised';
      readonly dims: readonly number[];
      /** The integers; int8 ones are shifted to uint8. */
      readonly values: Uint8Array;
      readonly scale: number;
      readonly zeroPoint: number;
    };

/** The weights of a published graph by the part of the model that they belong to. */
export interface PublishedWeights {
  /** The matrix [inputs, outputs] of a linear layer, such as `layers.0/fc1`. Throws if there is none. */
  matrix(layer: string): Weights;
  /** A table or kernel by the end of its name, such as `embed_tokens.weight`. Throws if there is none. */
  table(name: string): Weights;
  /** A vector by the end of its name, such as `layers.0.fc1.bias`. */
  vector(name: string): Float32Array | undefined;
  /** The only float constant with these dimensions, not counting leading ones. */
  constant(dims: readonly number[]): Float32Array | undefined;
}

/**
 * Finds weights in a graph of the onnx-community layout. Its nodes and constants are named after the modules of the
 * original model, whatever the exporter wrapped around the names, so graphs of several exporters and of every
 * precision read alike. `folder`: where the files of external weights are.
 */
export function readPublishedWeights({ graph }: OnnxModel, folder: string): PublishedWeights {
  const nodes = [graph, ...branchesOf(graph)].flatMap((part) => part.node);
  const constants = constantsOf(graph);
  const weights = (name: string) => weightsOf(constants, name, folder);
  return {
    matrix(layer) {
      const pattern = new RegExp(`(^|/)${escaped(layer)}/MatMul(_quant)?$`);
      const product = nodes.find(({ name, opType }) => /^MatMul/.test(opType) && pattern.test(name));
      const name = product && weightsName(product, nodes);
      const found = name === undefined ? undefined : weights(name);
      if (!found) throw new Error(`it has no weights of ${layer}`);
      return found;
    },
    table(name) {
      const full = fullName(constants, name);
      const found = full === undefined ? undefined : weights(full);
      if (!found) throw new Error(`it has no ${name}`);
      return found;
    },
    vector(name) {
      const full = fullName(constants, name);
      const tensor = full === undefined ? undefined : constants.get(full);
      return tensor && floatValues(tensor, folder);
    },
    constant(dims) {
      for (const tensor of constants.values())
        if (isFloat(tensor) && hasDims(tensor, dims)) return floatValues(tensor, folder);
      return undefined;
    },
  };
}

type Constants = ReadonlyMap<string, OnnxTensor>;

/** All constants by name, whether they are listed or come out of nodes. */
function constantsOf(graph: OnnxGraph): Constants {
  const graphs = [graph, ...branchesOf(graph)];
  const constants = new Map(
    graphs.flatMap((part) => part.initializer).map((tensor) => [tensor.name, tensor]),
  );
  for (const { opType, attribute, output } of graphs.flatMap((part) => part.node)) {
    const value = opType === 'Constant' ? attribute.find(({ name }) => name === 'value')?.t : undefined;
    if (value) constants.set(output[0] ?? '', value);
  }
  return constants;
}

/** Weights by their full name, floats or quantised. */
function weightsOf(constants: Constants, name: string, folder: string): Weights | undefined {
  const whole = constants.get(name);
  if (whole) return { kind: 'float', dims: whole.dims.map(Number), values: floatValues(whole, folder) };
  const quantised = constants.get(`${name}_quantized`);
  const scale = constants.get(`${name}_scale`);
  const zeroPoint = constants.get(`${name}_zero_point`);
  if (!quantised || !scale || !zeroPoint) return undefined;
  const shift = quantised.dataType === ElementType.int8 ? 128 : 0;
  const signed = zeroPoint.dataType === ElementType.int8;
  const zero = integerValues(zeroPoint, folder)[0] ?? 0;
  return {
    kind: 'quantised',
    dims: quantised.dims.map(Number),
    values: integerValues(quantised, folder).map((value) => value ^ shift),
    scale: floatValues(scale, folder)[0] ?? 0,
    zeroPoint: (signed ? (zero << 24) >> 24 : zero) + shift,
  };
}

/** The full name, with whatever the exporter put before and after it. */
function fullName(constants: Constants, name: string): string | undefined {
  const pattern = new RegExp(`(^|[./])${escaped(name)}(_merged_\\d+)?(_quantized)?$`);
  const found = [...constants.keys()].find((candidate) => pattern.test(candidate));
  return found?.replace(/_quantized$/, '');
}

function isFloat({ dataType }: OnnxTensor): boolean {
  return dataType === ElementType.float32 || dataType === ElementType.float16;
}

/** Whether a tensor has these dimensions, not counting leading ones. */
function hasDims(tensor: OnnxTensor, dims: readonly number[]): boolean {
  const own = tensor.dims.map(Number);
  while (own.length > dims.length && own[0] === 1) own.shift();
  return own.length === dims.length && own.every((size, axis) => size === dims[axis]);
}

/** The weights as floats. */
export function dequantised(weights: Weights): Float32Array {
  if (weights.kind === 'float') return weights.values;
  const { values, scale, zeroPoint } = weights;
  return Float32Array.from(values, (value) => (value - zeroPoint) * scale);
}

/** The graphs of the branches of a merged decoder. */
function branchesOf(graph: OnnxGraph): OnnxGraph[] {
  return graph.node.flatMap(({ attribute }) => attribute.flatMap(({ g }) => (g ? [g] : [])));
}

/** The name of a product's second factor before it was quantised. */
function weightsName({ input }: OnnxNode, nodes: readonly OnnxNode[]): string | undefined {
  const name = input[1];
  const unpacking = nodes.find(({ opType, output }) => opType === 'DequantizeLinear' && output[0] === name);
  return (unpacking?.input[0] ?? name)?.replace(/_quantized$/, '');
}

function floatValues(tensor: OnnxTensor, folder: string): Float32Array {
  if (tensor.floatData?.length) return Float32Array.from(tensor.floatData);
  const raw = rawBytes(tensor, folder);
  const bytes = raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.byteLength);
  return tensor.dataType === ElementType.float16
    ? Float32Array.from(new Uint16Array(bytes), fromHalf)
    : new Float32Array(bytes);
}

function integerValues(tensor: OnnxTensor, folder: string): Uint8Array {
  return tensor.int32Data?.length ? Uint8Array.from(tensor.int32Data) : rawBytes(tensor, folder);
}

/** The bytes of a tensor, which may be in a file of their own. */
function rawBytes(tensor: OnnxTensor, folder: string): Uint8Array {
  if (tensor.dataLocation !== EXTERNAL) return tensor.rawData;
  const entry = (key: string) => tensor.externalData?.find((candidate) => candidate.key === key)?.value;
  // A name with a path could read any file of the machine.
  const name = path.join(folder, path.basename(entry('location') ?? ''));
  const file = openWeights(name);
  try {
    const bytes = new Uint8Array(Number(entry('length') ?? 0));
    const read = readSync(file, bytes, 0, bytes.length, Number(entry('offset') ?? 0));
    if (read < bytes.length) throw new Error(`'${name}' is cut off in the weights of ${tensor.name}`);
    return bytes;
  } finally {
    closeSync(file);
  }
}

/** Opens a file of weights. Throws no system error, as that would be taken for a problem of the folder that is written to. */
function openWeights(file: string): number {
  try {
    return openSync(file, 'r');
  } catch (cause) {
    throw new Error(`'${file}', where its weights are, cannot be read`, { cause });
  }
}

const EXTERNAL = 1;

/** IEEE 754 half precision: 1 bit of sign, 5 of exponent, 10 of fraction. */
function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function escaped(text: string): string {
  return text.replaceAll('.', '\\.');
}
