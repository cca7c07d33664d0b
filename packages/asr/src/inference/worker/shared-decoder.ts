import type {
  BranchedPrefill,
  DecoderBatch,
  Feed,
  Prefill,
  RowOutput,
} from '../../decoding/decoder-batch.js';
import type { Discard, Values } from '../../decoding/tensor-bin.js';
import type { SearchFeed } from '../../decoding/search.js';
import type { CrossAttention } from '../../decoding/stream-encoder.js';

/**
 * The decoder of a process, shared by jobs that take turns: one job works at a time, and all jobs that wait for their next
 * step take it together.
 */
export interface SharedDecoder {
  /**
   * Gives a job its first turn; resolves once the job waits for a step or has ended. When `signal` is aborted, the job's
   * rows leave the batch, and the promises of its decoder reject. Any other error of the job rejects the call in whose turn
   * it happens: this one, or one of `step`.
   */
  begin(job: (decoder: JobDecoder) => Promise<void>, signal: AbortSignal): Promise<void>;
  /** Takes one step for all jobs that wait for it, then gives each its turn. */
  step(): Promise<void>;
}

/** The decoder as one job sees it. */
export interface JobDecoder extends Pick<DecoderBatch, 'prefill' | 'prefillBranches'> {
  /** Frees tensors once the job is over. What its prefills have read is freed as well. */
  freeAtEnd(tensors: Iterable<Values>): void;
  /**
   * Adds `count` rows, which all continue from the first `length` tokens of what was read. `isGiven`: the job will not read
   * again what they attend to, so it is freed as soon as the batch does not either.
   */
  join(count: number, prefill: Prefill, length: number, isGiven: boolean): JobRows;
}

/** The rows of one job in the batch; it has no others at the same time. */
export interface JobRows {
  /**
   * Feeds each row its token in the next step of all jobs; returns the predictions, by row. If no other job
   * takes part, a single row also reads the tokens `expected` after its own, and the prediction after each of
   * them is returned as well.
   */
  step(feeds: readonly SearchFeed[], expected?: readonly number[]): Promise<readonly RowOutput[]>;
  /** Takes back the last tokens that a single row has read. */
  rewind(tokens: number): void;
  /** The reading of `tokens`, which are the first that a single row has read, while it attended to `cross`. */
  prefillOf(cross: CrossAttention, tokens: readonly number[]): BranchedPrefill;
  /** Removes the rows. */
  leave(): void;
}

/**
 * Makes the decoder of a process over its batch, in which nobody else may have rows. `discard` is given the tensors of jobs
 * that are over.
 */
export function createSharedDecoder(batch: DecoderBatch, discard: Discard): SharedDecoder {
  const shared: Shared = { batch, waiting: new Map(), nextRow: 0 };
  return {
    begin(job, signal) {
      const member: Member = { rows: [], made: [], turn: { end: () => undefined, fail: () => undefined } };
      signal.addEventListener('abort', () => {
        cancel(shared, member, signal.reason);
      });
      return turnOf(member, () => {
        job(decoderOf(shared, member, signal))
          .finally(() => {
            discard(member.made);
          })
          .then(
            () => {
              member.turn.end();
            },
            (error: unknown) => {
              if (signal.aborted) member.turn.end();
              else member.turn.fail(error);
            },
          );
      });
    },

    async step() {
      const members = [...shared.waiting];
      const [alone, ...others] = members;
      if (alone && others.length === 0 && alone[1].expected.length > 0) {
        const [member, { feeds, expected }] = alone;
        await goOn(shared, member, await batch.stepAlong([feeds[0]?.token ?? 0, ...expected]));
        return;
      }
      const outputs = await batch.step(new Map(members.flatMap(feedsByRow)));
      for (const [member] of members) {
        const own = member.rows.flatMap((row) => outputs.get(row) ?? []);
        await goOn(shared, member, own);
      }
    },
  };
}

/** What the jobs share. */
interface Shared {
  readonly batch: DecoderBatch;
  /** Jobs that have come to their next step. */
  readonly waiting: Map<Member, NextStep>;
  nextRow: number;
}

/** A job that has begun. */
interface Member {
  rows: readonly number[];
  /** Tensors that are freed when it is over. */
  readonly made: Values[];
  /** Its latest turn. */
  turn: Turn;
}

interface Turn {
  end(): void;
  fail(error: unknown): void;
}

/** What a job wants of the next step. */
interface NextStep {
  readonly feeds: readonly SearchFeed[];
  readonly expected: readonly number[];
  resume(outputs: readonly RowOutput[]): void;
  fail(reason: unknown): void;
}

function decoderOf(shared: Shared, member: Member, signal: AbortSignal): JobDecoder {
  const { batch } = shared;
  return {
    async prefill(...asked) {
      const prefill = await batch.prefill(...asked);
      member.made.push(...prefill.past.values(), ...valuesOf(prefill.outputs));
      signal.throwIfAborted();
      return prefill;
    },
    async prefillBranches(...asked) {
      const outputs = await batch.prefillBranches(...asked);
      member.made.push(...valuesOf(outputs.flat()));
      signal.throwIfAborted();
      return outputs;
    },
    freeAtEnd(tensors) {
      member.made.push(...tensors);
    },
    join(count, prefill, length, isGiven) {
      member.rows = Array.from({ length: count }, () => shared.nextRow++);
      batch.join(member.rows, prefill, length, isGiven);
      return rowsOf(shared, member);
    },
  };
}

function valuesOf(outputs: readonly RowOutput[]): Values[] {
  return outputs.map(({ logits }) => ({ data: logits }));
}

function rowsOf({ batch, waiting }: Shared, member: Member): JobRows {
  return {
    step: (feeds, expected = []) =>
      new Promise((resume, fail) => {
        waiting.set(member, { feeds, expected, resume, fail });
        member.turn.end();
      }),
    rewind: (tokens) => {
      batch.rewind(tokens);
    },
    prefillOf(cross, tokens) {
      const reading = batch.prefillOf(onlyRowOf(member), cross, tokens);
      member.made.push(...reading.past.values());
      return reading;
    },
    leave: () => {
      leave(batch, member);
    },
  };
}

function leave(batch: DecoderBatch, { rows }: Member): void {
  for (const row of rows) batch.leave(row);
}

function cancel({ batch, waiting }: Shared, member: Member, reason: unknown): void {
  leave(batch, member);
  waiting.get(member)?.fail(reason);
  waiting.delete(member);
}

/** Gives a job its turn, with the outputs of its step. */
async function goOn({ waiting }: Shared, member: Member, outputs: readonly RowOutput[]): Promise<void> {
  const next = waiting.get(member);
  // It was cancelled while the step was computed.
  if (!next) return;
  waiting.delete(member);
  await turnOf(member, () => {
    next.resume(outputs);
  });
}

/** Lets a job go on until its turn ends, which is when it waits for a step or is done. */
function turnOf(member: Member, goOn: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    member.turn = { end: resolve, fail: reject };
    goOn();
  });
}

function feedsByRow([{ rows }, { feeds }]: readonly [Member, NextStep]): (readonly [number, Feed])[] {
  return rows.map((row, index) => {
    const feed = feeds[index];
    return [row, { token: feed?.token ?? 0, from: rows[feed?.from ?? index] ?? row }];
  });
}

function onlyRowOf({ rows }: Member): number {
  const [row, ...others] = rows;
  if (row === undefined || others.length > 0) throw new RangeError('the job has not one row');
  return row;
}
