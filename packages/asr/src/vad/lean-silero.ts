import {
  ElementType,
  float32Tensor,
  float32Values,
  int,
  int64Tensor,
  node,
  valueInfo,
} from '../models/graph-surgery.js';
import { decodeOnnxModel, encodeOnnxModel, type OnnxGraph, type OnnxTensor } from '../models/onnx-model.js';

/**
 * Silero's network for 16 kHz, made from the published weights: `input` float32 [channels, 576] and `state` float32
 * [2, channels, 128] → `output` float32 [channels, 1] and `stateN`, as published but for the order of sums.
 *
 * The published graph computes a convolution for each channel by itself, over as few as one frame, and spends a third of a
 * millisecond on finding out what shape its input has. Here the frames of all channels are rows of one matrix product for each
 * layer, and all shapes but the number of channels are known. With 16 channels that takes two fifths of the time, with 32 a
 * third.
 *
 * Throws if the published graph does not have these weights.
 */
export function leanSilero(published: Uint8Array): Uint8Array {
  const model = decodeOnnxModel(published);
  const weights = weightsOf(model.graph);
  return encodeOnnxModel({
    irVersion: model.irVersion,
    opsetImport: [{ domain: '', version: OPSET }],
    graph: {
      name: 'silero',
      input: [
        valueInfo('input', ElementType.float32, ['channels', 576]),
        valueInfo('state', ElementType.float32, [2, 'channels', STATE]),
      ],
      output: [
        valueInfo('output', ElementType.float32, ['channels', 1]),
        valueInfo('stateN', ElementType.float32, [2, 'channels', STATE]),
      ],
      node: [...spectrum, ...encoder, ...memory],
      initializer: [...constants(weights), ...shapes],
    },
  });
}

/** Fixes what the operators below mean. */
const OPSET = 17;

/** Values of each of the two states of a channel. */
const STATE = 128;

/** Frequencies of the spectrum. */
const BINS = 129;

/** The magnitudes of four spectra, [channels, 4, 129], each of 256 samples and 128 after the one before. */
const spectrum = [
  node('Slice', ['input', 'reflected/from', 'reflected/to', 'axis/1', 'backwards'], ['reflected']),
  node('Concat', ['input', 'reflected'], ['padded'], [int('axis', 1)]),
  node('Reshape', ['padded', 'shape/halves'], ['halves']),
  ...slice('halves', 'first_halves', 0, 4),
  ...slice('halves', 'second_halves', 1, 5),
  node('Concat', ['first_halves', 'second_halves'], ['windows'], [int('axis', 2)]),
  node('MatMul', ['windows', 'fourier'], ['parts']),
  node('Mul', ['parts', 'parts'], ['squares']),
  node('Split', ['squares'], ['real', 'imaginary'], [int('axis', 2)]),
  node('Add', ['real', 'imaginary'], ['power']),
  node('Sqrt', ['power'], ['magnitudes']),
];

/**
 * Four convolutions over three frames each, of which the second and third take every second frame: 4, 2, 1 and 1 frames
 * remain. Where all that is not padding is a known number of frames, these lie side by side in one row.
 */
const encoder = [
  node('Pad', ['magnitudes', 'frame_around'], ['encoder/0/padded']),
  ...[0, 1, 2].flatMap((place) => slice('encoder/0/padded', `encoder/0/under/${place}`, place, place + 4)),
  node(
    'Concat',
    [0, 1, 2].map((place) => `encoder/0/under/${place}`),
    ['encoder/0/in'],
    [int('axis', 2)],
  ),
  ...layer(0),
  node('Pad', ['encoder/0/out', 'frame_before'], ['encoder/1/padded']),
  ...[0, 2].flatMap((place) => [
    ...slice('encoder/1/padded', `encoder/1/under/${place}`, place, place + 3),
    node('Reshape', [`encoder/1/under/${place}`, 'shape/three_frames'], [`encoder/1/in/${place}`]),
  ]),
  node('Concat', ['encoder/1/in/0', 'encoder/1/in/2'], ['encoder/1/in'], [int('axis', 1)]),
  ...layer(1),
  node('Reshape', ['encoder/1/out', 'shape/two_frames'], ['encoder/2/in']),
  ...layer(2),
  node('Identity', ['encoder/2/out'], ['encoder/3/in']),
  ...layer(3),
];

/** A long short-term memory of one step, and the probability of speech. */
const memory = [
  node('Split', ['state'], ['state/output', 'state/cell'], [int('axis', 0)]),
  node('Squeeze', ['state/output', 'axis/0'], ['last_output']),
  node('Squeeze', ['state/cell', 'axis/0'], ['last_cell']),
  node('Concat', ['encoder/3/out', 'last_output'], ['memory/in'], [int('axis', 1)]),
  node('Gemm', ['memory/in', 'memory/weights', 'memory/bias'], ['gates']),
  node('Split', ['gates'], ['gate/in', 'gate/forget', 'gate/cell', 'gate/out'], [int('axis', 1)]),
  node('Sigmoid', ['gate/in'], ['admitted']),
  node('Sigmoid', ['gate/forget'], ['kept']),
  node('Tanh', ['gate/cell'], ['candidate']),
  node('Sigmoid', ['gate/out'], ['shown']),
  node('Mul', ['kept', 'last_cell'], ['cell/kept']),
  node('Mul', ['admitted', 'candidate'], ['cell/new']),
  node('Add', ['cell/kept', 'cell/new'], ['cell']),
  node('Tanh', ['cell'], ['cell/bounded']),
  node('Mul', ['shown', 'cell/bounded'], ['memory/out']),
  node('Unsqueeze', ['memory/out', 'axis/0'], ['stateN/output']),
  node('Unsqueeze', ['cell', 'axis/0'], ['stateN/cell']),
  node('Concat', ['stateN/output', 'stateN/cell'], ['stateN'], [int('axis', 0)]),
  node('Relu', ['memory/out'], ['memory/positive']),
  node('Gemm', ['memory/positive', 'speech/weights', 'speech/bias'], ['speech']),
  node('Sigmoid', ['speech'], ['output']),
];

/** Takes frames `from` to `to` of [channels, frames, values]. */
function slice(input: string, output: string, from: number, to: number) {
  return [node('Slice', [input, `place/${from}`, `place/${to}`, 'axis/1'], [output])];
}

function layer(index: number) {
  const at = (part: string) => `encoder/${index}/${part}`;
  return [
    node('MatMul', [at('in'), at('weights')], [at('product')]),
    node('Add', [at('product'), at('bias')], [at('biased')]),
    node('Relu', [at('biased')], [at('out')]),
  ];
}

const shapes: readonly OnnxTensor[] = [
  int64Tensor('reflected/from', [574]),
  int64Tensor('reflected/to', [510]),
  int64Tensor('backwards', [-1]),
  int64Tensor('frame_around', [0, 1, 0, 0, 1, 0]),
  int64Tensor('frame_before', [0, 1, 0, 0, 0, 0]),
  int64Tensor('shape/halves', [0, 5, 128]),
  int64Tensor('shape/three_frames', [0, 1, 3 * 128]),
  int64Tensor('shape/two_frames', [0, 2 * 64]),
  int64Tensor('axis/0', [0]),
  int64Tensor('axis/1', [1]),
  ...[0, 1, 2, 3, 4, 5, 6].map((place) => int64Tensor(`place/${place}`, [place])),
];

/** The published weights for 16 kHz, by their names in Silero's code. */
type Weights = (name: string) => Float32Array;

function weightsOf(graph: OnnxGraph): Weights {
  const branch = graph.node
    .find(({ opType }) => opType === 'If')
    ?.attribute.find(({ name }) => name === 'then_branch')?.g;
  return (name) => {
    const constant = branch?.node.find(
      ({ opType, output }) => opType === 'Constant' && output[0]?.endsWith(name),
    );
    const tensor = constant?.attribute.find(({ t }) => t)?.t;
    if (!tensor) throw new Error(`the network for voice activity has no ${name}`);
    return float32Values(tensor);
  };
}

function constants(weights: Weights): readonly OnnxTensor[] {
  const kernel = (index: number, outputs: number, inputs: number, taps: readonly number[]) => {
    const published = weights(`encoder.${index}.reparam_conv.weight`);
    return [
      matrix(
        `encoder/${index}/weights`,
        taps.length * inputs,
        outputs,
        (row, column) =>
          published[(column * inputs + (row % inputs)) * 3 + (taps[Math.floor(row / inputs)] ?? 0)] ?? 0,
      ),
      float32Tensor(`encoder/${index}/bias`, [outputs], weights(`encoder.${index}.reparam_conv.bias`)),
    ];
  };
  const fourier = weights('stft.forward_basis_buffer');
  const [fromInput, fromOutput] = [weights('decoder.rnn.weight_ih'), weights('decoder.rnn.weight_hh')];
  const [inputBias, outputBias] = [weights('decoder.rnn.bias_ih'), weights('decoder.rnn.bias_hh')];
  return [
    matrix('fourier', 256, 2 * BINS, (row, column) => fourier[column * 256 + row] ?? 0),
    ...kernel(0, 128, BINS, [0, 1, 2]),
    ...kernel(1, 64, 128, [0, 1, 2]),
    // The frame before the two is padding.
    ...kernel(2, 64, 64, [1, 2]),
    // So are those around the only one.
    ...kernel(3, STATE, 64, [1]),
    matrix('memory/weights', 2 * STATE, 4 * STATE, (row, column) =>
      row < STATE ? (fromInput[column * STATE + row] ?? 0) : (fromOutput[column * STATE + row - STATE] ?? 0),
    ),
    float32Tensor(
      'memory/bias',
      [4 * STATE],
      inputBias.map((value, index) => value + (outputBias[index] ?? 0)),
    ),
    float32Tensor('speech/weights', [STATE, 1], weights('decoder.decoder.2.weight')),
    float32Tensor('speech/bias', [1], weights('decoder.decoder.2.bias')),
  ];
}

function matrix(
  name: string,
  rows: number,
  columns: number,
  at: (row: number, column: number) => number,
): OnnxTensor {
  const values = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) values[row * columns + column] = at(row, column);
  }
  return float32Tensor(name, [rows, columns], values);
}
