import { ElementType, int, ints, int64Tensor } from '../../../src/models/graph-surgery.js';
import type { OnnxAttribute } from '../../../src/models/onnx-model.js';
import type { Module } from './graph-builder.js';
import { floatTensor, quantisedTensors, randomValues } from './random-tensor.js';

/** `input` [.., inputs] times a matrix, and a bias added: [.., outputs]. `gain`: how much louder it makes its input. */
export function linear(
  self: Module,
  input: string,
  inputs: number,
  outputs: number,
  { bias = true, gain = 1 }: { readonly bias?: boolean; readonly gain?: number } = {},
): string {
  const { weights, path } = self;
  const matrix = weights.matrixName(path);
  const values = () => randomValues(path, inputs * outputs, gain * inputs ** -0.5);
  let product: string;
  if (weights.precision === 'int8') {
    weights.provide(matrix, () => quantisedTensors(matrix, [inputs, outputs], values(), weights.matrices));
    product = `${path}/MatMul_output_0`;
    integerProduct(self, 'MatMul', input, matrix, product);
  } else {
    weights.provide(matrix, () => [floatTensor(matrix, [inputs, outputs], values(), weights.precision)]);
    product = self.op('MatMul', [input, matrix]);
  }
  return bias ? self.op('Add', [vector(self, 'bias', outputs, 0), product]) : product;
}

/** `input` [.., width] without mean and of unit variance, stretched and shifted. */
export function layerNorm(self: Module, input: string, width: number, output?: string): string {
  const weight = vector(self, 'weight', width, 1);
  const bias = vector(self, 'bias', width, 0);
  const attributes = [int('axis', -1), { name: 'epsilon', type: 1, f: 1e-5 }];
  return self.op('LayerNormalization', [input, weight, bias], attributes, output);
}

/** A convolution over three frames, padded so that ⌈frames / stride⌉ remain: [rows, outputs, frames]. */
export function convolution(
  self: Module,
  input: string,
  inputs: number,
  outputs: number,
  stride: number,
): string {
  const { weights, path } = self;
  const kernel = parameter(self, 'weight');
  const dims = [outputs, inputs, 3];
  const values = () => randomValues(`${path}/weight`, outputs * inputs * 3, (inputs * 3) ** -0.5);
  const bias = vector(self, 'bias', outputs, 0);
  const attributes = [
    ints('dilations', [1]),
    int('group', 1),
    ints('kernel_shape', [3]),
    ints('pads', [1, 1]),
    ints('strides', [stride]),
  ];
  if (weights.precision !== 'int8') {
    weights.provide(kernel, () => [floatTensor(kernel, dims, values(), weights.precision)]);
    return self.op('Conv', [input, kernel, bias], attributes);
  }
  weights.provide(kernel, () => quantisedTensors(kernel, dims, values(), 'uint8'));
  const output = `${path}/Conv_output_0`;
  weights.provide(`${output}_bias_reshape_shape`, () => [
    int64Tensor(`${output}_bias_reshape_shape`, [1, -1, 1]),
  ]);
  const shape = [bias, `${output}_bias_reshape_shape`];
  self.named('', 'Reshape', shape, [`${output}_bias_reshape_output`]);
  integerProduct(self, 'Conv', input, kernel, `${output}quant_scaled_output`, attributes);
  const summands = [`${output}quant_scaled_output`, `${output}_bias_reshape_output`];
  self.named(`${output}_bias_add`, 'Add', summands, [output]);
  return output;
}

/** The rows of a table [rows, width] that `indices` name. `deviation`: that of its values. */
export function lookUp(
  self: Module,
  indices: string,
  rows: number,
  width: number,
  deviation: number,
): string {
  const name = provideTable(self, rows, width, deviation);
  if (self.weights.precision !== 'int8') return self.op('Gather', [name, indices]);
  const value = `${self.path}/Gather_output_0`;
  self.op('Gather', [`${name}_quantized`, indices], [], `${value}_quantized`);
  const parts = [`${value}_quantized`, `${name}_scale`, `${name}_zero_point`];
  self.named(`${value}_DequantizeLinear`, 'DequantizeLinear', parts, [value]);
  return value;
}

/** The table of `lookUp` turned about, [width, rows]. */
export function transposedTable(self: Module, rows: number, width: number, deviation: number): string {
  const name = provideTable(self, rows, width, deviation);
  const transposed = name.replace(self.weights.suffix, '_transposed');
  if (self.weights.precision !== 'int8') {
    self.named('Transpose_658', 'Transpose', [name], [transposed], [ints('perm', [1, 0])]);
    return transposed;
  }
  const integers = `${transposed}_quantized`;
  self.named('Transpose_658', 'Transpose', [`${name}_quantized`], [integers], [ints('perm', [1, 0])]);
  const parts = [integers, `${name}_scale`, `${name}_zero_point`];
  self.named(`${transposed}_DequantizeLinear`, 'DequantizeLinear', parts, [transposed]);
  return transposed;
}

/** x · Φ(x), the Gaussian error linear unit. */
export function gelu(self: Module, input: string): string {
  const scaled = self.op('Div', [input, self.float(Math.SQRT2)]);
  const error = self.op('Erf', [scaled]);
  const raised = self.op('Add', [error, self.float(1)]);
  const product = self.op('Mul', [input, raised]);
  return self.op('Mul', [product, self.float(0.5)]);
}

/** Two linear layers with a non-linear one between, [.., width]. */
export function feedForward(layer: Module, input: string, width: number): string {
  const hidden = linear(layer.module('fc1'), input, width, 4 * width);
  const activated = gelu(layer.module('activation_fn'), hidden);
  return linear(layer.module('fc2'), activated, 4 * width, width);
}

/** The name of a module's weights. */
function parameter({ path, weights }: Module, name: string): string {
  return [...path.split('/').filter((part) => part !== ''), name].join('.') + weights.suffix;
}

function vector(self: Module, name: string, length: number, mean: number): string {
  const full = parameter(self, name);
  self.weights.provide(full, () => {
    const values = randomValues(full, length, 0.1).map((value) => value + mean);
    return [floatTensor(full, [length], values, self.weights.precision)];
  });
  return full;
}

function provideTable(self: Module, rows: number, width: number, deviation: number): string {
  const name = parameter(self, 'weight');
  const values = () => randomValues(self.path, rows * width, deviation);
  self.weights.provide(name, () =>
    self.weights.precision === 'int8'
      ? quantisedTensors(name, [rows, width], values(), 'uint8')
      : [floatTensor(name, [rows, width], values(), self.weights.precision)],
  );
  return name;
}

/** `MatMulInteger` or `ConvInteger`, and what makes floats of it. */
function integerProduct(
  self: Module,
  operation: 'MatMul' | 'Conv',
  input: string,
  weight: string,
  output: string,
  attributes: readonly OnnxAttribute[] = [],
): void {
  self.quantise(input);
  const name = `${self.path}/${operation}`;
  const product = `${name}_output_0_output_quantized`;
  const factors = [
    `${input}_quantized`,
    `${weight}_quantized`,
    `${input}_zero_point`,
    `${weight}_zero_point`,
  ];
  const scale = `${name}_quant_scales_mul`;
  self.named(`${name}_quant`, `${operation}Integer`, factors, [product], attributes);
  self.named(
    `${product}_cast`,
    'Cast',
    [product],
    [`${product}_cast_output`],
    [int('to', ElementType.float32)],
  );
  self.named(scale, 'Mul', [`${input}_scale`, `${weight}_scale`], [`${scale}:0`]);
  self.named(`${name}_quant_output_scale_mul`, 'Mul', [`${product}_cast_output`, `${scale}:0`], [output]);
}
