import type { ModelGeometry } from './model-geometry.js';

/** One row of a batched attention tensor [rows, heads, held, head size], and which of its positions are in use. */
export interface RowPart {
  readonly source: Float32Array;
  /** The row within `source`. */
  readonly index: number;
  /** Positions that each head of `source` holds. */
  readonly held: number;
  /** The first position in use, and how many are. */
  readonly start: number;
  readonly used: number;
}

/** Copies rows of different lengths into one tensor [rows, heads, length, head size], padded with zeros on a side. */
export function stackRows(
  parts: readonly RowPart[],
  length: number,
  padding: 'left' | 'right',
  { heads, headSize }: Pick<ModelGeometry, 'heads' | 'headSize'>,
): Float32Array {
  const stacked = new Float32Array(parts.length * heads * length * headSize);
  parts.forEach(({ source, index, held, start, used }, row) => {
    const shift = padding === 'left' ? length - used : 0;
    for (let head = 0; head < heads; head++) {
      const from = ((index * heads + head) * held + start) * headSize;
      const to = ((row * heads + head) * length + shift) * headSize;
      stacked.set(source.subarray(from, from + used * headSize), to);
    }
  });
  return stacked;
}
