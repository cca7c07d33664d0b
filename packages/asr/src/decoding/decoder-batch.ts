import type { InferenceSession, Tensor } from '@auscult/onnxruntime';
import { causalMask, paddingMasks } from './attention-masks.js';
import { firstTokens, lengthOf, ofRow, type AttentionTensors } from './attention-tensors.js';
import { onlyRow, rearranged, stackPasts, type BatchRow, type HeldRow } from './batch-rows.js';
import { createCrossStack, type CrossStack } from './cross-stack.js';
import type { Discard } from './tensor-bin.js';
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
  /**
   * Adds rows, which all continue from the first `length` tokens of a prefill. `isGiven`: what they attend to is the batch's
   * from now on, and nobody else reads it.
   */
  join(rows: readonly number[], prefill: Prefill, length?: number, isGiven?: boolean): void;
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

/**
 * Makes an empty batch over a prepared decoder graph. `discard` is given the tensors that the batch has made and will not
 * read again; those of a prefill belong to whoever asked for it, and are read until the rows that joined with it have left.
 */
export function createDecoderBatch(
  session: InferenceSession,
  geometry: DecoderGeometry,
  discard: Discard = () => undefined,
): DecoderBatch {
  const cross = createCrossStack(geometry, discard);
  const cache = createRowCache(discard);
  let rows: readonly BatchRow[] = [];
  /** What the latest answers are read from. */
  let answering: readonly Tensor[] = [];

  /** Leaves out the rows that have ended, and adds some that go on from the cache `added`. */
  const restack = (joining: readonly BatchRow[] = [], added: AttentionTensors = noTensors) => {
    const kept = withoutEnded(rows);
    const [only, ...others] = joining;
    if (kept.length === 0 && only && others.length === 0)
      cache.replace(firstTokens(added, only.past, geometry), added);
    else cache.replace(stackPasts(kept, cache.past, joining, added, geometry));
    cross.keep(
      kept.map(({ index }) => index),
      Math.max(0, ...kept.map(({ row }) => row.frames)),
    );
    rows = [...kept.map(({ row }) => row), ...joining];
  };

  const take = ({ past, answers }: DecoderOutputs) => {
    discard(answering);
    answering = answers;
    // The rows may have left in the meantime.
    if (rows.length > 0) cache.replace(past);
    else discard(past.values());
  };

  return {
    get size() {
      return rows.filter((row) => !row.done).length;
    },
    get frames() {
      return rows.reduce((sum, row) => sum + row.frames, 0);
    },
    prefill: (heard, tokens, answers = 1) =>
      prefillTokens(session, geometry, heard, tokens, answers, discard),
    prefillBranches: (prefill, branches) => prefillBranches(session, prefill, branches, discard),
    prefillOf(id, heard, tokens) {
      const reading = prefillOf(rows, cache.past, geometry, id, heard, tokens);
      cache.giveAway(reading.past);
      return reading;
    },

    join(ids, prefill, length = prefill.tokens.length, isGiven = false) {
      const { frames } = prefill.cross;
      restack(
        ids.map((id) => ({ id, frames, past: length, done: false })),
        prefill.past,
      );
      cross.add(ids.length, prefill.cross, isGiven);
    },

    async step(feeds) {
      const chosen = rearranged(rows, cache.past, geometry, (id) => feeds.get(id)?.from);
      if (chosen) cache.replace(chosen);
      const ended = rows.filter((row) => row.done).length;
      if (ended * ENDED_SHARE >= rows.length) restack();
      const run = await runStep(session, rows, cache.past, cross, feeds);
      take(run);
      return takeAnswers(rows, run.answer);
    },

    async stepAlong(tokens) {
      if (rows.some((row) => row.done)) restack();
      const row = onlyRow(rows);
      const run = await runAlong(session, row, cache.past, cross, tokens);
      take(run);
      row.past += tokens.length;
      return tokens.map((_, index) => run.answer(index, row.frames));
    },

    rewind(tokens) {
      if (tokens === 0) return;
      const row = onlyRow(rows);
      row.past -= tokens;
      cache.replace(firstTokens(cache.past, row.past, geometry));
    },

    leave(id) {
      const row = rows.find((candidate) => candidate.id === id);
      if (row) row.done = true;
      if (rows.every((candidate) => candidate.done)) {
        cache.replace(noTensors);
        cross.keep([], 0);
        rows = [];
      }
    },
  };
}

/** Rows that have ended are taken out once they are a quarter of all: moving the others costs about as much as a step. */
const ENDED_SHARE = 4;

const noTensors: AttentionTensors = new Map();

/** The self-attention cache of a batch. */
interface RowCache {
  readonly past: AttentionTensors;
  /** Puts another in its place. Its tensors are the batch's own, except for those that are among `borrowed`. */
  replace(next: AttentionTensors, borrowed?: AttentionTensors): void;
  /** Tensors that somebody else frees from now on, if they are of the cache. */
  giveAway(tensors: AttentionTensors): void;
}

function createRowCache(discard: Discard): RowCache {
  let past = noTensors;
  let own = new Set<Tensor>();
  return {
    get past() {
      return past;
    },
    replace(next, borrowed = noTensors) {
      const others = new Set([
        ...borrowed.values(),
        ...[...past.values()].filter((tensor) => !own.has(tensor)),
      ]);
      const owned = new Set([...next.values()].filter((tensor) => !others.has(tensor)));
      discard([...own].filter((tensor) => !owned.has(tensor)));
      own = owned;
      past = next;
    },
    giveAway(tensors) {
      for (const tensor of tensors.values()) own.delete(tensor);
    },
  };
}

/**
 * The rows that have not ended. The last take the places of those that have, so that the others stay where they are.
 */
function withoutEnded(rows: readonly BatchRow[]): readonly HeldRow[] {
  const live = rows.map((row, index) => ({ row, index })).filter(({ row }) => !row.done);
  const last = live.filter(({ index }) => index >= live.length);
  return rows.slice(0, live.length).flatMap((row, index) => (row.done ? (last.pop() ?? []) : { row, index }));
}

/** Feeds each row a token; a row that has ended gets any token. */
function runStep(
  session: InferenceSession,
  rows: readonly BatchRow[],
  past: AttentionTensors,
  { frames, tensors }: CrossStack,
  feeds: ReadonlyMap<number, Feed>,
): Promise<DecoderOutputs> {
  return runDecoder(session, {
    rows: rows.length,
    tokens: rows.map((row) => feeds.get(row.id)?.token ?? 0),
    positions: rows.map((row) => row.past),
    masks: paddingMasks(rows, lengthOf(past), frames),
    answers: 1,
    past,
    cross: tensors,
  });
}

/** Counts the token that each row has read. Rows that have ended do not count on, as their positions would run out. */
function takeAnswers(
  rows: readonly BatchRow[],
  answer: DecoderOutputs['answer'],
): ReadonlyMap<number, RowOutput> {
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
  row: BatchRow,
  past: AttentionTensors,
  { frames, tensors }: CrossStack,
  tokens: readonly number[],
): Promise<DecoderOutputs> {
  return runDecoder(session, {
    rows: 1,
    tokens,
    positions: tokens.map((_, index) => row.past + index),
    // Rows with more frames may have left their padding.
    masks: { self: causalMask(row.past, tokens.length), cross: paddingMasks([row], 0, frames).cross },
    answers: tokens.length,
    past,
    cross: tensors,
  });
}

function prefillOf(
  rows: readonly BatchRow[],
  past: AttentionTensors,
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
