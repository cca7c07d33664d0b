import {
  float32Scalar,
  float32Tensor,
  float32Values,
  inOrder,
  int,
  int64Tensor,
  int64Values,
  node,
  producerOf,
} from '../../models/graph-surgery.js';
import type { OnnxGraph, OnnxNode, OnnxTensor } from '../../models/onnx-model.js';

/** The shape of the attention in the published graph. */
export interface AttentionShape {
  readonly heads: number;
  readonly headSize: number;
}

/**
 * Removes from the attention whatever is the same in every run, more than half of its nodes. Most of these nodes have next to
 * nothing to compute in a step, but together they took a third of its time.
 *
 * Queries and keys are turned by their place (rotary position embedding, Su et al. 2021) in one operator; the shapes in
 * which heads are split off and joined are constants; and the product of queries and keys needs no scaling, which is in
 * the weights that make the queries. `places`: the encoder's window may begin anywhere, so its angles are computed in
 * the graph; the decoder looks them up by `position_ids` in a table for that many tokens.
 */
export function leanAttention(
  graph: OnnxGraph,
  shape: AttentionShape,
  places: { readonly from: 'window' } | { readonly from: 'position_ids'; readonly tokens: number },
): OnnxGraph {
  const nodes = [...graph.node];
  const constants = [...graph.initializer];
  const angles = rotationAngles(nodes, constants);
  const rotation =
    places.from === 'window' ? anglesOfWindow(angles.output) : tableOfAngles(angles.perPlace, places.tokens);
  fuseRotations(nodes, shape, angles.perPlace.length, rotation.place);
  fixShapes(nodes, constants);
  scaleQueryWeights(nodes, constants, shape.headSize ** -0.5);
  return {
    ...graph,
    node: inOrder([...nodes, ...rotation.nodes]),
    initializer: [...constants, ...rotation.constants],
  };
}

interface Rotation {
  readonly nodes: OnnxNode[];
  readonly constants: OnnxTensor[];
  /** The input of the operator that says which row of the angles belongs to which token. */
  readonly place: string;
}

/**
 * The angles that the published graph computes, [1, places, angles], and by how much each of them grows from one
 * place to the next.
 */
function rotationAngles(
  nodes: readonly OnnxNode[],
  constants: readonly OnnxTensor[],
): { readonly output: string; readonly perPlace: Float32Array } {
  const product = nodes.find(({ opType, name }) => opType === 'MatMul' && name.includes('rotary_emb/'));
  const frequencies = constants.find(({ name }) => name === product?.input[0]);
  if (!product || !frequencies) throw new Error('it has no rotary position embedding');
  const transpose = nodes.find(({ input }) => input[0] === product.output[0]);
  return { output: transpose?.output[0] ?? '', perPlace: float32Values(frequencies) };
}

function anglesOfWindow(angles: string): Rotation {
  return {
    nodes: [
      node('Squeeze', [angles, 'rotary/first_place'], ['rotary/angles']),
      node('Cos', ['rotary/angles'], ['rotary/cos']),
      node('Sin', ['rotary/angles'], ['rotary/sin']),
    ],
    constants: [int64Tensor('rotary/first_place', [0])],
    place: 'rotary/first_place',
  };
}

function tableOfAngles(perPlace: Float32Array, places: number): Rotation {
  const table = (of: (angle: number) => number) =>
    Float32Array.from({ length: places * perPlace.length }, (_, index) =>
      of(Math.floor(index / perPlace.length) * (perPlace[index % perPlace.length] ?? 0)),
    );
  const dims = [places, perPlace.length];
  return {
    nodes: [],
    constants: [
      float32Tensor('rotary/cos', dims, table(Math.cos)),
      float32Tensor('rotary/sin', dims, table(Math.sin)),
    ],
    place: 'position_ids',
  };
}

/** Puts one operator in place of those that take a head apart, turn a part of it, and put it together again. */
function fuseRotations(nodes: OnnxNode[], { heads }: AttentionShape, angles: number, place: string): void {
  const byOutput = new Map(nodes.flatMap((one) => one.output.map((name) => [name, one] as const)));
  const made = (name: string | undefined, opType: string) => {
    const found = byOutput.get(name ?? '');
    return found?.opType === opType ? found : undefined;
  };
  for (const [index, joined] of nodes.entries()) {
    if (joined.opType !== 'Concat' || joined.input.length !== 2) continue;
    const turned = made(joined.input[0], 'Add');
    const part = made(made(turned?.input[0], 'Mul')?.input[0], 'Slice');
    const rest = made(joined.input[1], 'Slice');
    const whole = part?.input[0];
    if (whole === undefined || whole !== rest?.input[0]) continue;
    nodes[index] = {
      ...node('RotaryEmbedding', [whole, place, 'rotary/cos', 'rotary/sin'], joined.output, [
        int('interleaved', 1),
        int('num_heads', heads),
        int('rotary_embedding_dim', 2 * angles),
      ]),
      domain: 'com.microsoft',
    };
  }
}

/**
 * Makes the shapes that the graph computes constant. A dimension that varies becomes 0, which keeps that of the
 * input.
 */
function fixShapes(nodes: readonly OnnxNode[], constants: OnnxTensor[]): void {
  const known = new Map(constants.map((tensor) => [tensor.name, tensor]));
  const byOutput = new Map(nodes.flatMap((one) => one.output.map((name) => [name, one] as const)));
  for (const reshape of nodes) {
    const shape = byOutput.get(reshape.input[1] ?? '');
    if (reshape.opType !== 'Reshape' || shape?.opType !== 'Concat' || !reshape.name.includes('_attn/'))
      continue;
    const dims = shape.input.map((name) => {
      const constant = known.get(name);
      return constant ? (int64Values(constant)[0] ?? 0) : 0;
    });
    const name = `shape/${dims.join('/')}`;
    if (!known.has(name)) {
      const constant = int64Tensor(name, dims);
      known.set(name, constant);
      constants.push(constant);
    }
    reshape.input[1] = name;
  }
}

/** The published graph scales queries and keys alike, by the root of the scale, which it computes from their shape. */
function scaleQueryWeights(nodes: readonly OnnxNode[], constants: OnnxTensor[], scale: number): void {
  for (const { opType, name, input } of [...nodes]) {
    if (opType !== 'Softmax') continue;
    const weights = nodes.find(
      (one) => one.name === name.replace('Softmax', 'q_proj/MatMul_quant_scales_mul'),
    );
    const published = constants.find((one) => one.name === weights?.input[1]);
    if (!weights || !published) throw new Error(`${name} has no integer weights for its queries`);
    const scaled = `${published.name}/with_query_scale`;
    constants.push(float32Scalar(scaled, scale * (float32Values(published)[0] ?? 0)));
    weights.input[1] = scaled;
    // There may be a mask between.
    const before = producerOf(nodes, input[0] ?? '');
    const scores = before.opType === 'Add' ? producerOf(nodes, before.input[0] ?? '') : before;
    scores.input = scores.input.map((factor) => {
      const scaling = nodes.find(({ output }) => output.includes(factor));
      // The keys of the cross-attention come from the encoder in the form that is needed.
      return scaling?.opType === 'Mul' ? (scaling.input[0] ?? '') : factor;
    });
  }
}
