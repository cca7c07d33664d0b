import { Tensor } from '@auscult/onnxruntime';
import type { DecoderGeometry } from './model-geometry.js';
import { stackRows, type RowLayout } from './stack-rows.js';

/** Keys and values of the attention of some rows, by graph input name; the first axis is that of the rows. */
export type AttentionTensors = ReadonlyMap<string, Tensor>;

/** The self-attention cache of a row that has read nothing. */
export function emptyPast({ decoderLayers, heads, headSize }: DecoderGeometry): AttentionTensors {
  const past = new Map<string, Tensor>();
  for (let layer = 0; layer < decoderLayers; layer++) {
    for (const part of ['key', 'value']) {
      past.set(`past.${layer}.${part}`, new Tensor('float32', new Float32Array(0), [1, heads, 0, headSize]));
    }
  }
  return past;
}

/** Tokens that a self-attention cache holds for each row. */
export function lengthOf(past: AttentionTensors): number {
  return past.values().next().value?.dims[2] ?? 0;
}

/** The cache of a single row, cut to the first `length` tokens. */
export function firstTokens(
  past: AttentionTensors,
  length: number,
  geometry: DecoderGeometry,
): AttentionTensors {
  return ofRow(past, { index: 0, read: lengthOf(past) }, length, geometry);
}

/** The cache of one row, padded on the left: the first `length` of the tokens that it has read. */
export function ofRow(
  past: AttentionTensors,
  { index, read }: { readonly index: number; readonly read: number },
  length: number,
  geometry: DecoderGeometry,
): AttentionTensors {
  const held = lengthOf(past);
  return new Map(
    [...past].map(([name, tensor]) => {
      if (tensor.dims[0] === 1 && held === length) return [name, tensor];
      const layout = layoutOf(name, geometry);
      const source = tensor.data as Float32Array;
      const part = { source, index, held, start: held - read, used: length };
      const kept = stackRows([part], length, 'left', layout);
      return [name, new Tensor('float32', kept, layout.dims(1, length))];
    }),
  );
}

/** How a tensor's rows lie in memory, and its dimensions. */
export interface TensorLayout extends RowLayout {
  readonly dims: (rows: number, length: number) => number[];
}

/** The layout of a tensor: keys of the cross-attention are transposed, all others have positions before the head's values. */
export function layoutOf(name: string, { heads, headSize }: DecoderGeometry): TensorLayout {
  return name.startsWith('cross.') && name.endsWith('.key')
    ? { blocks: heads * headSize, blockSize: 1, dims: (rows, length) => [rows, heads, headSize, length] }
    : { blocks: heads, blockSize: headSize, dims: (rows, length) => [rows, heads, length, headSize] };
}
