/** One row of a batched attention tensor, and which of its positions are in use. */
export interface RowPart {
  readonly source: Float32Array;
  /** The row within `source`. */
  readonly index: number;
  /** How many positions `source` has room for. */
  readonly held: number;
  /** The first position in use, and how many are. */
  readonly start: number;
  readonly used: number;
}

/** How a row lies in memory: [blocks, positions, block size]. */
export interface RowLayout {
  readonly blocks: number;
  readonly blockSize: number;
}

/**
 * Copies rows of different lengths into one tensor [rows, blocks, length, block size], padded with zeros on one side.
 */
export function stackRows(
  parts: readonly RowPart[],
  length: number,
  padding: 'left' | 'right',
  { blocks, blockSize }: RowLayout,
): Float32Array {
  const stacked = new Float32Array(parts.length * blocks * length * blockSize);
  parts.forEach(({ source, index, held, start, used }, row) => {
    const shift = padding === 'left' ? length - used : 0;
    for (let block = 0; block < blocks; block++) {
      const from = ((index * blocks + block) * held + start) * blockSize;
      const to = ((row * blocks + block) * length + shift) * blockSize;
      stacked.set(source.subarray(from, from + used * blockSize), to);
    }
  });
  return stacked;
}
