import { Tensor } from '@auscult/onnxruntime';
import { layoutOf, type AttentionTensors, type TensorLayout } from './attention-tensors.js';
import type { DecoderGeometry } from './model-geometry.js';
import type { Discard } from './tensor-bin.js';
import type { CrossAttention } from './stream-encoder.js';

/**
 * The cross-attention of the rows of a batch, padded on the right to the same number of frames. It lies in memory that has
 * room for more: of the rows, only one that joins is copied, and the last when another leaves its place.
 */
export interface CrossStack {
  /** Frames of each row, with the padding. */
  readonly frames: number;
  /** The tensors of all rows: one entry for each, or a single one if all listen to the same audio. */
  readonly tensors: AttentionTensors;
  /**
   * Adds rows at the end, which all listen to the same audio. The audio of the first is not copied until others join.
   * `isGiven`: nobody else will read it, so it is discarded once it is copied or no longer needed.
   */
  add(count: number, cross: CrossAttention, isGiven: boolean): void;
  /**
   * Keeps the rows that were at these places, in this order, with this many frames. No row moves to a later place.
   */
  keep(places: readonly number[], frames: number): void;
}

/** Starts without rows. `discard` is given what will not be read again. */
export function createCrossStack(geometry: DecoderGeometry, discard: Discard): CrossStack {
  const memory = new Map<string, Float32Array>();
  /** What all rows listen to, while it is one audio. */
  let shared: { readonly cross: CrossAttention; readonly isGiven: boolean } | undefined;
  let rows = 0;
  let frames = 0;
  let tensors: AttentionTensors | undefined;

  /** Gives each row room for so many frames, and there room for so many rows. */
  const makeRoom = (wantedRows: number, wantedFrames: number, names: Iterable<string>) => {
    for (const name of names) {
      const layout = layoutOf(name, geometry);
      const wanted = wantedRows * rowSize(layout, wantedFrames);
      const held = memory.get(name) ?? new Float32Array(0);
      const enough = held.length >= wanted ? held : new Float32Array(Math.ceil(wanted * SPARE));
      const { blocks, blockSize } = layout;
      if (enough !== held || wantedFrames !== frames)
        spread(held, enough, blocks * rows, frames * blockSize, wantedFrames * blockSize);
      if (enough !== held) discard([{ data: held }]);
      memory.set(name, enough);
    }
    frames = wantedFrames;
  };

  const copyIn = (row: number, cross: CrossAttention) => {
    for (const [name, tensor] of cross.tensors) {
      const { blocks, blockSize } = layoutOf(name, geometry);
      const source = tensor.data as Float32Array;
      const used = cross.frames * blockSize;
      const target = memory.get(name);
      for (let block = 0; block < blocks; block++)
        target?.set(
          source.subarray(block * used, (block + 1) * used),
          (row * blocks + block) * frames * blockSize,
        );
    }
  };

  /** Copies the audio that all rows share for each of them, since others join. */
  const unshare = (joining: number, longest: number) => {
    if (!shared) return;
    const [{ cross }, count] = [shared, rows];
    rows = 0;
    makeRoom(count + joining, Math.max(cross.frames, longest), cross.tensors.keys());
    for (; rows < count; rows++) copyIn(rows, cross);
    letGo();
  };

  const letGo = () => {
    if (shared?.isGiven) discard(shared.cross.tensors.values());
    shared = undefined;
  };

  const freeExcess = () => {
    const held = [...memory.values()];
    if (held.reduce((sum, { byteLength }) => sum + byteLength, 0) <= MOST_HELD_BYTES) return;
    discard(held.map((data) => ({ data })));
    memory.clear();
  };

  return {
    get frames() {
      return shared?.cross.frames ?? frames;
    },
    get tensors() {
      if (shared) return shared.cross.tensors;
      tensors ??= new Map(
        [...memory].map(([name, values]) => {
          const layout = layoutOf(name, geometry);
          const size = rows * rowSize(layout, frames);
          return [name, new Tensor('float32', values.subarray(0, size), layout.dims(rows, frames))];
        }),
      );
      return tensors;
    },
    add(count, cross, isGiven) {
      tensors = undefined;
      if (rows === 0) {
        shared = { cross, isGiven };
        rows = count;
        return;
      }
      unshare(count, cross.frames);
      makeRoom(rows + count, Math.max(frames, cross.frames), cross.tensors.keys());
      for (let added = 0; added < count; added++) copyIn(rows++, cross);
      if (isGiven) discard(cross.tensors.values());
    },
    keep(places, longest) {
      tensors = undefined;
      if (!shared) {
        for (const [name, values] of memory) {
          const size = rowSize(layoutOf(name, geometry), frames);
          for (const [place, from] of places.entries())
            if (from !== place) values.copyWithin(place * size, from * size, (from + 1) * size);
        }
      }
      rows = places.length;
      if (rows === 0) {
        letGo();
        freeExcess();
      } else if (!shared && longest < frames * WORTH_SHRINKING) makeRoom(rows, longest, memory.keys());
    },
  };
}

/** Padding that is at most a quarter of the frames costs less than moving all rows together. */
const WORTH_SHRINKING = 0.75;

/** Room is made for a quarter more than is needed, as more rows will join. */
const SPARE = 1.25;

/** Memory that is held while there are no rows, bytes: four utterances of 10 s with the base model. */
const MOST_HELD_BYTES = 48e6;

function rowSize({ blocks, blockSize }: TensorLayout, frames: number): number {
  return blocks * frames * blockSize;
}

/** Moves blocks that lie one behind the other so that each has another length; also within the same memory. */
function spread(from: Float32Array, to: Float32Array, blocks: number, length: number, wanted: number): void {
  const kept = Math.min(length, wanted);
  for (let index = 0; index < blocks; index++) {
    // Within the same memory, no block may be written over before it has moved.
    const block = wanted > length ? blocks - 1 - index : index;
    if (from === to) to.copyWithin(block * wanted, block * length, block * length + kept);
    else to.set(from.subarray(block * length, block * length + kept), block * wanted);
  }
}
