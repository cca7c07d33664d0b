import type { CrossAttention } from '../../decoding/stream-encoder.js';
import { ElementType, int, node } from '../../models/graph-surgery.js';
import type { OnnxModel, OnnxTensor } from '../../models/onnx-model.js';

/** Frames from the end of a silent window that are appended to all audio: 6 s (docs/decisions/0011). */
const ENDING_FRAMES = 300;

/**
 * Appends to each output of the encoder what the encoder gives for the end of 30 s of silence.
 *
 * Whisper was trained on windows of 30 s and looks for their end: given less, it starts again from the beginning when the
 * speech is over. Silence has the same keys and values whatever was said before it, so these are computed once, and audio
 * takes only as long as its own length requires. `silence`: the outputs of the same encoder for 30 s of zeros.
 */
export function withSilentEnding(encoder: OnnxModel, silence: CrossAttention): OnnxModel {
  const endings: OnnxTensor[] = [];
  const joins = encoder.graph.output.map(({ name }) => {
    const values = silence.tensors.get(name);
    if (!values) throw new Error(`there is no silence for ${name}`);
    const axis = name.endsWith('key') ? 3 : 2;
    endings.push(endOf(`${name}/ending`, values.dims, values.data as Float32Array, axis));
    const join = node('Concat', [`${name}/heard`, `${name}/ending`], [name], [int('axis', axis)]);
    return { ...join, name: `${join.name}/whole` };
  });
  const { graph } = encoder;
  const outputs = new Set(graph.output.map(({ name }) => name));
  const heard = graph.node.map((one) => ({
    ...one,
    output: one.output.map((name) => (outputs.has(name) ? `${name}/heard` : name)),
  }));
  return {
    ...encoder,
    graph: {
      ...graph,
      node: [...heard, ...joins],
      initializer: [...graph.initializer, ...endings],
    },
  };
}

/** The last frames of a tensor, which lie on its axis 2 or 3. */
function endOf(name: string, dims: readonly number[], values: Float32Array, axis: 2 | 3): OnnxTensor {
  const length = dims[axis] ?? 0;
  const inner = axis === 2 ? (dims[3] ?? 1) : 1;
  const outer = values.length / (length * inner);
  const kept = Math.min(ENDING_FRAMES, length);
  const ending = new Float32Array(outer * kept * inner);
  for (let block = 0; block < outer; block++) {
    const from = (block * length + length - kept) * inner;
    ending.set(values.subarray(from, from + kept * inner), block * kept * inner);
  }
  return {
    name,
    dims: dims.map((size, index) => (index === axis ? kept : size)),
    dataType: ElementType.float32,
    rawData: new Uint8Array(ending.buffer),
  };
}
