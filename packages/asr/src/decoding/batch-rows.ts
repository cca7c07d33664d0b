import { Tensor } from 'onnxruntime-node';
import { firstTokens, layoutOf, type AttentionTensors, type TensorLayout } from './attention-tensors.js';
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

/** Rows that are decoded together, and their tensors: self-attention padded on the left, cross-attention on the right. */
export interface BatchRows {
  readonly rows: readonly BatchRow[];
  readonly past: AttentionTensors;
  /** One entry for each row; a single one for all if they belong to one utterance. */
  readonly cross: AttentionTensors;
}

/** No rows. */
export const noRows: BatchRows = { rows: [], past: new Map(), cross: new Map() };

/** Stacks the rows still decoding and those that join, which all share the same tensors, into new tensors. */
export function restack(
  { rows, past, cross }: BatchRows,
  geometry: DecoderGeometry,
  joining: BatchRows = noRows,
): BatchRows {
  const kept = rows.flatMap((row, index) => (row.done ? [] : [{ row, index }]));
  const all = [...kept.map(({ row }) => row), ...joining.rows];
  const [first, ...others] = joining.rows;
  const isFirst = first !== undefined && kept.length === 0;
  if (isFirst && others.length === 0)
    return { rows: all, past: firstTokens(joining.past, first.past, geometry), cross: joining.cross };
  const stack = (held: AttentionTensors, added: AttentionTensors, use: Use) =>
    stackAll({ kept, held, joining: joining.rows, added }, use, geometry);
  return {
    rows: all,
    past: stack(past, joining.past, OF_SELF),
    // Rows of one utterance listen to the same audio: the graph takes one for all of them.
    cross: isFirst ? joining.cross : stack(cross, joining.cross, OF_CROSS),
  };
}

/**
 * Gives rows the past of the rows that they continue, as a beam search chose them. `sourceOf`: the row that a row continues.
 */
export function rearrange(
  batch: BatchRows,
  geometry: DecoderGeometry,
  sourceOf: (id: number) => number | undefined,
): BatchRows {
  const { rows, past } = batch;
  const places = new Map(rows.map((row, index) => [row.id, index]));
  const sources = rows.map((row, index) => places.get(sourceOf(row.id) ?? row.id) ?? index);
  if (sources.every((source, index) => source === index)) return batch;
  const moved = [...past].map(([name, tensor]): [string, Tensor] => {
    const layout = layoutOf(name, geometry);
    const length = positionsOf(tensor, layout);
    const parts = sources.map((index) => partOf(tensor, layout, index, length, 'left'));
    return [name, stacked(parts, length, 'left', layout)];
  });
  return { ...batch, past: new Map(moved) };
}

/** The only row of a batch. Throws a `RangeError` unless there is exactly one. */
export function onlyRow({ rows }: BatchRows): BatchRow {
  const [row, ...others] = rows;
  if (!row || others.length > 0) throw new RangeError('the batch has not one row');
  return row;
}

/** How rows use the positions of a tensor: how many, and on which side the others are padding. */
interface Use {
  readonly count: (row: BatchRow) => number;
  readonly padding: 'left' | 'right';
}

const OF_SELF: Use = { count: (row) => row.past, padding: 'left' };

const OF_CROSS: Use = { count: (row) => row.frames, padding: 'right' };

interface Stack {
  readonly kept: readonly { readonly row: BatchRow; readonly index: number }[];
  /** Tensors of the rows that were in the batch. */
  readonly held: AttentionTensors;
  readonly joining: readonly BatchRow[];
  /** Tensors of each row that joins. */
  readonly added: AttentionTensors;
}

function stackAll(
  { kept, held, joining, added }: Stack,
  { count, padding }: Use,
  geometry: DecoderGeometry,
): AttentionTensors {
  const rows = [...kept.map(({ row }) => row), ...joining];
  const length = Math.max(0, ...rows.map(count));
  // An empty batch has no tensors, so their names come from those that join.
  const tensors = [...(held.size > 0 ? held : added)].map(([name, tensor]): [string, Tensor] => {
    const layout = layoutOf(name, geometry);
    const addition = added.get(name);
    const parts = [
      ...kept.map(({ row, index }) =>
        partOf(tensor, layout, tensor.dims[0] === 1 ? 0 : index, count(row), padding),
      ),
      // Rows that join are not padded yet.
      ...(addition ? joining.map((row) => partOf(addition, layout, 0, count(row), 'right')) : []),
    ];
    return [name, stacked(parts, length, padding, layout)];
  });
  return new Map(tensors);
}

function partOf(
  tensor: Tensor,
  layout: TensorLayout,
  index: number,
  used: number,
  padding: Use['padding'],
): RowPart {
  const held = positionsOf(tensor, layout);
  return {
    source: tensor.data as Float32Array,
    index,
    held,
    start: padding === 'left' ? held - used : 0,
    used,
  };
}

function positionsOf({ dims }: Tensor, { axis }: TensorLayout): number {
  return dims[axis] ?? 0;
}

function stacked(
  parts: readonly RowPart[],
  length: number,
  padding: Use['padding'],
  layout: TensorLayout,
): Tensor {
  return new Tensor('float32', stackRows(parts, length, padding, layout), layout.dims(parts.length, length));
}
