import { ElementType, float32Scalar, int, ints, int64Tensor, node } from './graph-surgery.js';
import type { OnnxGraph, OnnxNode, OnnxTensor } from './onnx-model.js';

/**
 * Computes the convolution `name` as an integer matrix product. Published models keep its weights as int8 and turn
 * them into floats to convolve; a product of quantised values takes a third of the time. Each output frame is
 * the product of the input frames under the kernel, laid side by side, with the kernel as a matrix.
 * For one-dimensional convolutions without padding; the graph is returned unchanged if the weights are not int8.
 */
export function integerConvolution(graph: OnnxGraph, name: string): OnnxGraph {
  const convolution = graph.node.find(
    (candidate) => candidate.opType === 'Conv' && candidate.name.startsWith(`/${name}/`),
  );
  const constant = (suffix: string) =>
    graph.initializer.find((tensor) => tensor.name === `${name}.${suffix}`);
  const weights = constant('weight_quantized');
  const bias = constant('bias');
  const scale = scalar(constant('weight_scale'));
  // Unpacked as value · scale + offset: the offset is a multiple of the scale, the integer that stands for zero.
  const offset = scalar(constant('weight_zero_point'));
  if (
    !convolution ||
    !bias ||
    scale === undefined ||
    offset === undefined ||
    weights?.dataType !== ElementType.int8
  ) {
    return graph;
  }
  const zeroPoint = Math.round(-offset / scale);
  const [outputs = 0, inputs = 0, width = 0] = weights.dims.map(Number);
  const stride = Number(
    convolution.attribute.find((attribute) => attribute.name === 'strides')?.ints?.[0] ?? 1,
  );
  const replacement = asProduct(convolution, name, width);
  return {
    ...graph,
    node: graph.node.flatMap((candidate) => (candidate === convolution ? replacement : [candidate])),
    initializer: [
      ...graph.initializer,
      kernelMatrix(weights, `${name}/kernel`, { outputs, inputs, width }),
      {
        name: `${name}/kernel_zero_point`,
        dims: [],
        dataType: ElementType.uint8,
        rawData: Uint8Array.of(128 + zeroPoint),
      },
      float32Scalar(`${name}/kernel_scale`, scale),
      int64Tensor(`${name}/stride`, [stride]),
      int64Tensor(`${name}/axis`, [1]),
      ...Array.from({ length: width }, (_, place) => int64Tensor(`${name}/from/${place}`, [place])),
      ...Array.from({ length: width }, (_, place) =>
        int64Tensor(`${name}/to/${place}`, [
          place === width - 1 ? Number.MAX_SAFE_INTEGER : place + 1 - width,
        ]),
      ),
    ],
  };
}

function asProduct(convolution: OnnxNode, name: string, width: number): OnnxNode[] {
  const [input = '', , bias = ''] = convolution.input;
  const at = (part: string) => `${name}/${part}`;
  const places = Array.from({ length: width }, (_, place) => place);
  return [
    node('Transpose', [input], [at('frames')], [ints('perm', [0, 2, 1])]),
    ...places.map((place) =>
      node(
        'Slice',
        [at('frames'), at(`from/${place}`), at(`to/${place}`), at('axis'), at('stride')],
        [at(`under/${place}`)],
      ),
    ),
    node(
      'Concat',
      places.map((place) => at(`under/${place}`)),
      [at('side_by_side')],
      [int('axis', 2)],
    ),
    node('DynamicQuantizeLinear', [at('side_by_side')], [at('quantized'), at('scale'), at('zero_point')]),
    node(
      'MatMulInteger',
      [at('quantized'), at('kernel'), at('zero_point'), at('kernel_zero_point')],
      [at('product')],
    ),
    node('Cast', [at('product')], [at('unscaled')], [int('to', ElementType.float32)]),
    node('Mul', [at('scale'), at('kernel_scale')], [at('product_scale')]),
    node('Mul', [at('unscaled'), at('product_scale')], [at('scaled')]),
    node('Add', [at('scaled'), bias], [at('biased')]),
    node('Transpose', [at('biased')], [convolution.output[0] ?? ''], [ints('perm', [0, 2, 1])]),
  ];
}

/** Weights int8 [outputs, inputs, width] as uint8 [width · inputs, outputs], shifted by 128. */
function kernelMatrix(
  weights: OnnxTensor,
  name: string,
  { outputs, inputs, width }: { readonly outputs: number; readonly inputs: number; readonly width: number },
): OnnxTensor {
  const rawData = new Uint8Array(outputs * inputs * width);
  for (let output = 0; output < outputs; output++) {
    for (let input = 0; input < inputs; input++) {
      for (let place = 0; place < width; place++) {
        const value = weights.rawData[(output * inputs + input) * width + place] ?? 0;
        rawData[(place * inputs + input) * outputs + output] = value ^ 0x80;
      }
    }
  }
  return { name, dims: [width * inputs, outputs], dataType: ElementType.uint8, rawData };
}

function scalar(tensor: OnnxTensor | undefined): number | undefined {
  if (tensor?.rawData.byteLength !== Float32Array.BYTES_PER_ELEMENT) return undefined;
  return new DataView(tensor.rawData.buffer, tensor.rawData.byteOffset).getFloat32(0, true);
}
