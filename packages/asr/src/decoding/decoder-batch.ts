import type { InferenceSession } from 'onnxruntime-node';
import { causalMask, paddingMasks } from './attention-masks.js';
import { firstTokens, lengthOf, ofRow } from './attention-tensors.js';
import { noRows, onlyRow, rearrange, restack, type BatchRow, type BatchRows } from './batch-rows.js';
import type { DecoderGeometry } from './model-geometry.js';
import {
  prefillBranches,
  prefillTokens,
  type Branch,
  type BranchedPrefill,
  type Prefill,
} from './prefill.js';
import { runDecoder, type DecoderOutputs, type RowOutput } from './run-decoder.js';
import type { CrossAttention } from './stream-encoder.js';

export type { Branch, BranchedPrefill, Prefill } from './prefill.js';
export type { RowOutput } from './run-decoder.js';

/** Utterances decoded together: each step gives every row its next token and reads the weights once for all. */
export interface DecoderBatch {
  /** Rows still decoding. */
  readonly size: number;
  /** Encoder frames of all rows, a measure of the memory that they hold. */
  readonly frames: number;
  /**
   * Reads tokens from the start in one pass (prefill), without a row in the batch. `answers`: the number of tokens, from the
   * end, after each of which logits are wanted.
   */
  prefill(cross: CrossAttention, tokens: readonly number[], answers?: number): Promise<Prefill>;
  /**
   * Reads branches from a prefill side by side in one pass, and gives what follows each of their tokens.
   */
  prefillBranches(
    prefill: BranchedPrefill,
    branches: readonly Branch[],
  ): Promise<readonly (readonly RowOutput[])[]>;
  /** The reading of `tokens`, the first that the row has read; shorter if it has not read all. It attended to `cross`. */
  prefillOf(row: number, cross: CrossAttention, tokens: readonly number[]): BranchedPrefill;
  /** Adds rows, which all continue from the first `length` tokens of a prefill. */
  join(rows: readonly number[], prefill: Prefill, length?: number): void;
  /** Feeds every row a token, and gives by row what follows. Valid until the next step. */
  step(feeds: ReadonlyMap<number, Feed>): Promise<ReadonlyMap<number, RowOutput>>;
  /** Feeds the only row several tokens, and gives what follows each. */
  stepAlong(tokens: readonly number[]): Promise<readonly RowOutput[]>;
  /** Takes back the last tokens that the only row has read. */
  rewind(tokens: number): void;
  /** Removes a row. */
  leave(row: number): void;
}

/** A token for a row, which goes on from the tokens of another that joined with it, or from its own. */
export interface Feed {
  readonly token: number;
  readonly from: number;
}

/** Makes an empty batch over a prepared decoder graph. */
export function createDecoderBatch(session: InferenceSession, geometry: DecoderGeometry): DecoderBatch {
  let batch = noRows;
  const endedOf = ({ rows }: BatchRows) => rows.filter((row) => row.done);

  return {
    get size() {
      return batch.rows.length - endedOf(batch).length;
    },
    get frames() {
      return batch.rows.reduce((sum, row) => sum + row.frames, 0);
    },
    prefill: (cross, tokens, answers = 1) => prefillTokens(session, geometry, cross, tokens, answers),
    prefillBranches: (prefill, branches) => prefillBranches(session, prefill, branches),
    prefillOf: (id, cross, tokens) => prefillOf(batch, geometry, id, cross, tokens),

    join(ids, { cross: { frames, tensors }, past, tokens }, length = tokens.length) {
      const rows = ids.map((id) => ({ id, frames, past: length, done: false }));
      batch = restack(batch, geometry, { rows, past, cross: tensors });
    },

    async step(feeds) {
      batch = rearrange(batch, geometry, (id) => feeds.get(id)?.from);
      // Rows that have ended stay until they are half of all: moving the others costs more than computing these too.
      if (endedOf(batch).length * 2 >= batch.rows.length) batch = restack(batch, geometry);
      const { answer, past } = await runStep(session, batch, feeds);
      // Rows may have left in the meantime.
      batch = { ...batch, past };
      return takeAnswers(batch, answer);
    },

    async stepAlong(tokens) {
      if (endedOf(batch).length > 0) batch = restack(batch, geometry);
      const row = onlyRow(batch);
      const { answer, past } = await runAlong(session, batch, row, tokens);
      batch = { ...batch, past };
      row.past += tokens.length;
      return tokens.map((_, index) => answer(index, row.frames));
    },

    rewind(tokens) {
      if (tokens === 0) return;
      const row = onlyRow(batch);
      row.past -= tokens;
      batch = { ...batch, past: firstTokens(batch.past, row.past, geometry) };
    },

    leave(id) {
      const row = batch.rows.find((candidate) => candidate.id === id);
      if (row) row.done = true;
      if (batch.rows.every((candidate) => candidate.done)) batch = noRows;
    },
  };
}

/** Feeds each row a token; a row that has ended gets any token. */
function runStep(
  session: InferenceSession,
  { rows, past, cross }: BatchRows,
  feeds: ReadonlyMap<number, Feed>,
): Promise<DecoderOutputs> {
  const frames = Math.max(...rows.map((row) => row.frames));
  return runDecoder(session, {
    rows: rows.length,
    tokens: rows.map((row) => feeds.get(row.id)?.token ?? 0),
    positions: rows.map((row) => row.past),
    masks: paddingMasks(rows, lengthOf(past), frames),
    answers: 1,
    past,
    cross,
  });
}

/** Counts the token that each row has read. Rows that have ended do not count on, as their positions would run out. */
function takeAnswers({ rows }: BatchRows, answer: DecoderOutputs['answer']): ReadonlyMap<number, RowOutput> {
  const next = new Map<number, RowOutput>();
  rows.forEach((row, index) => {
    if (row.done) return;
    row.past++;
    next.set(row.id, answer(index, row.frames));
  });
  return next;
}

/** Feeds the only row several tokens. */
function runAlong(
  session: InferenceSession,
  { past, cross }: BatchRows,
  row: BatchRow,
  tokens: readonly number[],
): Promise<DecoderOutputs> {
  return runDecoder(session, {
    rows: 1,
    tokens,
    positions: tokens.map((_, index) => row.past + index),
    masks: { self: causalMask(row.past, tokens.length), cross: new Float32Array(row.frames) },
    answers: tokens.length,
    past,
    cross,
  });
}

function prefillOf(
  { rows, past }: BatchRows,
  geometry: DecoderGeometry,
  id: number,
  cross: CrossAttention,
  tokens: readonly number[],
): BranchedPrefill {
  const index = rows.findIndex((row) => row.id === id);
  const row = rows[index];
  if (!row) throw new RangeError('the batch does not have this row');
  // A row that got into a loop has read more tokens than are kept.
  const length = Math.min(row.past, tokens.length);
  return {
    tokens: tokens.slice(0, length),
    cross,
    past: ofRow(past, { index, read: row.past }, length, geometry),
  };
}
