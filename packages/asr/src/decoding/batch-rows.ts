import { Tensor } from '@auscult/onnxruntime';
import { layoutOf, type AttentionTensors, type TensorLayout } from './attention-tensors.js';
import type { DecoderGeometry } from './model-geometry.js';
import { stackRows, type RowPart } from './stack-rows.js';

/** One utterance's place in a batch. */
export interface BatchRow {
  readonly id: number;
  /** Encoder frames that it attends to. */
  readonly frames: number;
  /** Tokens in the self-attention cache. */
  past: number;
  done: boolean;
}

/** Stacks the caches of rows, padded on the left: of some that were in the batch, and of rows that join, which all share one. */
export function stackPasts(
  kept: readonly HeldRow[],
  held: AttentionTensors,
  joining: readonly BatchRow[],
  added: AttentionTensors,
  geometry: DecoderGeometry,
): AttentionTensors {
  const length = Math.max(0, ...kept.map(({ row }) => row.past), ...joining.map(({ past }) => past));
  // An empty batch has no tensors, so their names come from those that join.
  return new Map(
    [...(held.size > 0 ? held : added)].map(([name, tensor]): [string, Tensor] => {
      const layout = layoutOf(name, geometry);
      const addition = added.get(name);
      const parts = [
        ...kept.map(({ row, index }) => partOf(tensor, index, row.past, 'left')),
        // Rows that join are not padded yet.
        ...(addition ? joining.map((row) => partOf(addition, 0, row.past, 'right')) : []),
      ];
      return [name, stacked(parts, length, layout)];
    }),
  );
}

/** A row and its place in the tensors. */
export interface HeldRow {
  readonly row: BatchRow;
  readonly index: number;
}

/** The only row of a batch. Throws a `RangeError` unless there is exactly one. */
export function onlyRow(rows: readonly BatchRow[]): BatchRow {
  const [row, ...others] = rows;
  if (!row || others.length > 0) throw new RangeError('the batch has not one row');
  return row;
}

/**
 * The caches of rows that go on from the rows that a beam search chose for them; undefined if each goes on from its own.
 * `sourceOf`: the row that a row continues.
 */
export function rearranged(
  rows: readonly BatchRow[],
  past: AttentionTensors,
  geometry: DecoderGeometry,
  sourceOf: (id: number) => number | undefined,
): AttentionTensors | undefined {
  const places = new Map(rows.map((row, index) => [row.id, index]));
  const sources = rows.map((row, index) => places.get(sourceOf(row.id) ?? row.id) ?? index);
  if (sources.every((source, index) => source === index)) return undefined;
  return new Map(
    [...past].map(([name, tensor]): [string, Tensor] => {
      const length = heldBy(tensor);
      const parts = sources.map((index) => partOf(tensor, index, length, 'left'));
      return [name, stacked(parts, length, layoutOf(name, geometry))];
    }),
  );
}

function partOf(tensor: Tensor, index: number, used: number, padding: 'left' | 'right'): RowPart {
  const held = heldBy(tensor);
  return {
    source: tensor.data as Float32Array,
    index,
    held,
    start: padding === 'left' ? held - used : 0,
    used,
  };
}

/** Tokens that each row of a cache has room for. */
function heldBy({ dims }: Tensor): number {
  return dims[2] ?? 0;
}

function stacked(parts: readonly RowPart[], length: number, layout: TensorLayout): Tensor {
  return new Tensor('float32', stackRows(parts, length, 'left', layout), layout.dims(parts.length, length));
}
