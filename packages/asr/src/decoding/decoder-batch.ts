import { Tensor, type InferenceSession } from 'onnxruntime-node';
import type { DecoderGeometry } from './model-geometry.js';
import { loudestFrame } from './next-token.js';
import { stackRows, type RowLayout, type RowPart } from './stack-rows.js';
import type { CrossAttention } from './stream-encoder.js';

/**
 * Utterances decoded together: each step feeds every row its next token, and reads the weights once for all of them.
 */
export interface DecoderBatch {
  /** Rows still decoding. */
  readonly size: number;
  /** Encoder frames of all rows, a measure of the memory that they hold. */
  readonly frames: number;
  /**
   * Reads tokens from the start in one pass (prefill), with no place in the batch yet. `answers`: for how many of the
   * last tokens logits are wanted.
   */
  read(cross: CrossAttention, tokens: readonly number[], answers?: number): Promise<Reading>;
  /**
   * Reads branches from a reading side by side in one pass, and gives what follows each of their tokens.
   */
  readBranches(
    reading: BranchedReading,
    branches: readonly Branch[],
  ): Promise<readonly (readonly RowOutput[])[]>;
  /** As much of `tokens`, with which the row begins, as the row has read while it listened to `cross`. */
  readingOf(row: number, cross: CrossAttention, tokens: readonly number[]): BranchedReading;
  /** Adds rows, which all continue from the first `length` tokens of a reading. */
  join(rows: readonly number[], reading: Reading, length?: number): void;
  /** Feeds every row a token, and gives by row what follows. Valid until the next step. */
  step(feeds: ReadonlyMap<number, Feed>): Promise<ReadonlyMap<number, RowOutput>>;
  /** Feeds the only row several tokens, and gives what follows each. */
  stepAlong(tokens: readonly number[]): Promise<readonly RowOutput[]>;
  /** Takes back the last tokens that the only row has read. */
  rewind(tokens: number): void;
  /** Removes a row. */
  leave(row: number): void;
}

/** Tokens that follow the first `from` tokens of a reading. */
export interface Branch {
  readonly from: number;
  readonly tokens: readonly number[];
}

/** Tokens that the decoder has read, from which branches may continue. */
export interface BranchedReading {
  readonly tokens: readonly number[];
  readonly cross: CrossAttention;
  /** The self-attention cache that they left, by graph input name. */
  readonly past: ReadonlyMap<string, Tensor>;
}

/** Tokens that the decoder has read, and what it said after the last ones. */
export interface Reading extends BranchedReading {
  /** What follows each of the last tokens that logits were wanted for. */
  readonly outputs: readonly RowOutput[];
}

/** What the decoder says about a row's next token. */
export interface RowOutput {
  /** One for each token of the vocabulary; may be written to. */
  readonly logits: Float32Array;
  /** The encoder frame that the decoder listened to most. */
  readonly frame: number;
}

/** A token for a row, which continues from its own tokens or from those of another row that joined with it. */
export interface Feed {
  readonly token: number;
  readonly from: number;
}

/** One utterance's place in the batch. */
interface Row {
  readonly id: number;
  readonly frames: number;
  /** Tokens in the self-attention cache. */
  past: number;
  done: boolean;
}

/** Rows that share tensors and do not have a place in the batch yet. */
interface Joining {
  readonly rows: readonly Row[];
  readonly past: ReadonlyMap<string, Tensor>;
  readonly cross: ReadonlyMap<string, Tensor>;
}

/** Added to the attention scores of padding: far below any score, but not infinite, which would give NaN. */
const MASKED = -1e9;

/** Makes an empty batch over a prepared decoder graph. */
export function createDecoderBatch(session: InferenceSession, geometry: DecoderGeometry): DecoderBatch {
  let rows: Row[] = [];
  /** By graph input name; first axis = `rows`, self-attention padded on the left, cross-attention on the right. */
  let past: ReadonlyMap<string, Tensor> = new Map();
  let cross: ReadonlyMap<string, Tensor> = new Map();

  const run = async (
    tokens: BigInt64Array,
    positions: BigInt64Array,
    masks: Masks,
    count: number,
    answers: number,
    inputs: Iterable<readonly [string, Tensor]>,
  ) => {
    const length = tokens.length / count;
    return session.run({
      input_ids: new Tensor('int64', tokens, [count, length]),
      position_ids: new Tensor('int64', positions, [count, length]),
      self_mask: new Tensor('float32', masks.self, [count, 1, length, masks.self.length / (count * length)]),
      cross_mask: new Tensor('float32', masks.cross, [count, 1, 1, masks.cross.length / count]),
      first_answer: new Tensor('int64', BigInt64Array.of(BigInt(-answers)), [1]),
      ...Object.fromEntries(inputs),
    });
  };

  /** Stacks the rows still decoding, and those that join, into new tensors. */
  const restack = (joining?: Joining) => {
    const kept = rows.flatMap((row, index) => (row.done ? [] : [{ row, index }]));
    rows = [...kept.map(({ row }) => row), ...(joining?.rows ?? [])];
    const [first] = joining?.rows ?? [];
    if (first && joining?.rows.length === 1 && kept.length === 0) {
      past = firstTokens(joining.past, first.past, geometry);
      cross = joining.cross;
      return;
    }
    const pastLength = Math.max(0, ...rows.map((row) => row.past));
    const frames = Math.max(0, ...rows.map((row) => row.frames));
    const stack = (name: string, tensor: Tensor, addition: Tensor | undefined): [string, Tensor] => {
      const layout = layoutOf(name, geometry);
      const isPast = name.startsWith('past.');
      const held = tensor.dims[layout.axis] ?? 0;
      const parts: RowPart[] = kept.map(({ row, index }) => {
        const used = isPast ? row.past : row.frames;
        const place = tensor.dims[0] === 1 ? 0 : index;
        return {
          source: tensor.data as Float32Array,
          index: place,
          held,
          start: isPast ? held - used : 0,
          used,
        };
      });
      if (addition && joining) {
        const source = addition.data as Float32Array;
        const heldByIt = addition.dims[layout.axis] ?? 0;
        for (const row of joining.rows) {
          const used = isPast ? row.past : row.frames;
          parts.push({ source, index: 0, held: heldByIt, start: 0, used });
        }
      }
      const length = isPast ? pastLength : frames;
      const stacked = stackRows(parts, length, isPast ? 'left' : 'right', layout);
      return [name, new Tensor('float32', stacked, layout.dims(rows.length, length))];
    };
    // In an empty batch, the joining tensors bring the names.
    const held = (
      tensors: ReadonlyMap<string, Tensor>,
      additions: ReadonlyMap<string, Tensor> | undefined,
    ) => (tensors.size > 0 ? tensors : (additions ?? tensors));
    past = new Map(
      [...held(past, joining?.past)].map(([name, tensor]) => stack(name, tensor, joining?.past.get(name))),
    );
    if (joining && kept.length === 0) {
      // Rows of one utterance listen to the same audio, so the graph takes one tensor for all of them.
      cross = joining.cross;
      return;
    }
    cross = new Map(
      [...held(cross, joining?.cross)].map(([name, tensor]) => stack(name, tensor, joining?.cross.get(name))),
    );
  };

  /** Gives rows the past of other rows, which a beam search found better. */
  const rearrange = (feeds: ReadonlyMap<number, Feed>) => {
    const places = new Map(rows.map((row, index) => [row.id, index]));
    const sources = rows.map((row, index) => places.get(feeds.get(row.id)?.from ?? row.id) ?? index);
    if (sources.every((source, index) => source === index)) return;
    past = new Map(
      [...past].map(([name, tensor]) => {
        const layout = layoutOf(name, geometry);
        const length = tensor.dims[layout.axis] ?? 0;
        const source = tensor.data as Float32Array;
        const parts = sources.map((index) => ({ source, index, held: length, start: 0, used: length }));
        const moved = stackRows(parts, length, 'left', layout);
        return [name, new Tensor('float32', moved, layout.dims(rows.length, length))];
      }),
    );
  };

  const onlyRow = (): Row => {
    const [row, ...others] = rows;
    if (!row || others.length > 0) throw new RangeError('the batch has not one row');
    return row;
  };

  return {
    get size() {
      return rows.filter((row) => !row.done).length;
    },
    get frames() {
      return rows.reduce((sum, row) => sum + row.frames, 0);
    },

    async read(encoded, tokens, answers = 1) {
      const outputs = await run(
        BigInt64Array.from(tokens, BigInt),
        BigInt64Array.from(tokens, (_, position) => BigInt(position)),
        { self: causalMask(0, tokens.length), cross: new Float32Array(encoded.frames) },
        1,
        answers,
        [...emptyPast(geometry), ...encoded.tensors],
      );
      return {
        tokens,
        outputs: Array.from({ length: answers }, (_, index) =>
          outputAt(outputs, index, answers, encoded.frames),
        ),
        cross: encoded,
        past: presentAsPast(outputs),
      };
    },

    async readBranches({ cross: encoded, past: read, tokens: { length: held } }, branches) {
      const tokens = branches.flatMap((branch) => branch.tokens);
      const positions = branches.flatMap((branch) => branch.tokens.map((_, index) => branch.from + index));
      const outputs = await run(
        BigInt64Array.from(tokens, BigInt),
        BigInt64Array.from(positions, BigInt),
        { self: branchMask(held, branches), cross: new Float32Array(encoded.frames) },
        1,
        tokens.length,
        [...read, ...encoded.tensors],
      );
      let place = 0;
      return branches.map((branch) =>
        branch.tokens.map(() => outputAt(outputs, place++, tokens.length, encoded.frames)),
      );
    },

    readingOf(id, encoded, tokens) {
      const index = rows.findIndex((row) => row.id === id);
      const row = rows[index];
      if (!row) throw new RangeError('the batch does not have this row');
      // A row that went round in a loop has read more than is kept of it.
      const length = Math.min(row.past, tokens.length);
      return {
        tokens: tokens.slice(0, length),
        cross: encoded,
        past: ofRow(past, { index, read: row.past }, length, geometry),
      };
    },

    join(ids, { cross: { frames, tensors }, past: read, tokens }, length = tokens.length) {
      const joining = ids.map((id) => ({ id, frames, past: length, done: false }));
      restack({ rows: joining, past: read, cross: tensors });
    },

    async step(feeds) {
      rearrange(feeds);
      // Ended rows ride along until they are half of all: to move the others costs more than to carry them.
      if (rows.filter((row) => row.done).length * 2 >= rows.length) restack();
      const held = lengthOf(past);
      const frames = Math.max(...rows.map((row) => row.frames));
      const outputs = await run(
        BigInt64Array.from(rows, (row) => BigInt(feeds.get(row.id)?.token ?? 0)),
        BigInt64Array.from(rows, (row) => BigInt(row.past)),
        paddingMasks(rows, held, frames),
        rows.length,
        1,
        [...past, ...cross],
      );
      past = presentAsPast(outputs);
      const next = new Map<number, RowOutput>();
      rows.forEach((row, index) => {
        // An ended row stays where it is: it would run out of the model's positions.
        if (row.done) return;
        row.past++;
        next.set(row.id, outputAt(outputs, index, rows.length, row.frames));
      });
      return next;
    },

    async stepAlong(tokens) {
      if (rows.some((row) => row.done)) restack();
      const row = onlyRow();
      const outputs = await run(
        BigInt64Array.from(tokens, BigInt),
        BigInt64Array.from(tokens, (_, index) => BigInt(row.past + index)),
        { self: causalMask(row.past, tokens.length), cross: new Float32Array(row.frames) },
        1,
        tokens.length,
        [...past, ...cross],
      );
      past = presentAsPast(outputs);
      row.past += tokens.length;
      return tokens.map((_, index) => outputAt(outputs, index, tokens.length, row.frames));
    },

    rewind(tokens) {
      if (tokens === 0) return;
      const row = onlyRow();
      row.past -= tokens;
      past = firstTokens(past, row.past, geometry);
    },

    leave(id) {
      const row = rows.find((candidate) => candidate.id === id);
      if (row) row.done = true;
      if (rows.every((candidate) => candidate.done)) {
        rows = [];
        past = new Map();
        cross = new Map();
      }
    },
  };
}

/** One of `count` outputs, which are those of rows or of the tokens of one row. */
function outputAt(
  outputs: InferenceSession.OnnxValueMapType,
  index: number,
  count: number,
  frames: number,
): RowOutput {
  const logits = outputs['logits']?.data as Float32Array;
  const attention = outputs['attention']?.data as Float32Array;
  const width = logits.length / count;
  return {
    logits: logits.subarray(width * index, width * (index + 1)),
    frame: loudestFrame(attention, (attention.length / count) * index, frames),
  };
}

/** Tokens that a self-attention cache holds for each row. */
function lengthOf(past: ReadonlyMap<string, Tensor>): number {
  return past.values().next().value?.dims[2] ?? 0;
}

/** The cache of a single row, reduced to its first `length` tokens. */
function firstTokens(
  past: ReadonlyMap<string, Tensor>,
  length: number,
  geometry: DecoderGeometry,
): ReadonlyMap<string, Tensor> {
  return ofRow(past, { index: 0, read: lengthOf(past) }, length, geometry);
}

/** The cache of one row, padded on the left, reduced to its first `length` tokens. */
function ofRow(
  past: ReadonlyMap<string, Tensor>,
  { index, read }: { readonly index: number; readonly read: number },
  length: number,
  geometry: DecoderGeometry,
): ReadonlyMap<string, Tensor> {
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

interface Masks {
  /** [rows, 1, tokens, past + tokens] */
  readonly self: Float32Array;
  /** [rows, 1, 1, frames] */
  readonly cross: Float32Array;
}

/** Each of `length` tokens attends to itself and to those before it, of which `past` were read earlier. */
function causalMask(past: number, length: number): Float32Array {
  const width = past + length;
  const mask = new Float32Array(length * width);
  for (let token = 0; token < length; token++)
    mask.fill(MASKED, token * width + past + token + 1, (token + 1) * width);
  return mask;
}

/** Each token of a branch attends to the part of the `held` tokens that it follows, to those before it and to itself. */
function branchMask(held: number, branches: readonly Branch[]): Float32Array {
  const length = branches.reduce((sum, { tokens }) => sum + tokens.length, 0);
  const width = held + length;
  const mask = new Float32Array(length * width).fill(MASKED);
  let first = 0;
  for (const { from, tokens } of branches) {
    tokens.forEach((_, index) => {
      const row = (first + index) * width;
      mask.fill(0, row, row + from);
      mask.fill(0, row + held + first, row + held + first + index + 1);
    });
    first += tokens.length;
  }
  return mask;
}

function paddingMasks(rows: readonly Row[], held: number, frames: number): Masks {
  const self = new Float32Array(rows.length * (held + 1));
  const cross = new Float32Array(rows.length * frames);
  rows.forEach((row, index) => {
    self.fill(MASKED, index * (held + 1), index * (held + 1) + held - row.past);
    cross.fill(MASKED, index * frames + row.frames, (index + 1) * frames);
  });
  return { self, cross };
}

function emptyPast({ decoderLayers, heads, headSize }: DecoderGeometry): Map<string, Tensor> {
  const past = new Map<string, Tensor>();
  for (let layer = 0; layer < decoderLayers; layer++) {
    for (const part of ['key', 'value']) {
      past.set(`past.${layer}.${part}`, new Tensor('float32', new Float32Array(0), [1, heads, 0, headSize]));
    }
  }
  return past;
}

function presentAsPast(outputs: InferenceSession.OnnxValueMapType): Map<string, Tensor> {
  const past = new Map<string, Tensor>();
  for (const [name, value] of Object.entries(outputs)) {
    if (name.startsWith('present.')) past.set(name.replace('present', 'past'), value);
  }
  return past;
}

/** Keys of the cross-attention are stored transposed; all else has its positions before the values of the head. */
function layoutOf(
  name: string,
  { heads, headSize }: DecoderGeometry,
): RowLayout & { readonly axis: number; readonly dims: (rows: number, length: number) => number[] } {
  return name.startsWith('cross.') && name.endsWith('.key')
    ? {
        blocks: heads * headSize,
        blockSize: 1,
        axis: 3,
        dims: (rows, length) => [rows, heads, headSize, length],
      }
    : {
        blocks: heads,
        blockSize: headSize,
        axis: 2,
        dims: (rows, length) => [rows, heads, length, headSize],
      };
}
