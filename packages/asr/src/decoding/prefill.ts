import type { InferenceSession } from '@auscult/onnxruntime';
import { branchMask, causalMask } from './attention-masks.js';
import { emptyPast, type AttentionTensors } from './attention-tensors.js';
import type { Discard } from './tensor-bin.js';
import type { DecoderGeometry } from './model-geometry.js';
import { runDecoder, type RowOutput } from './run-decoder.js';
import type { CrossAttention } from './stream-encoder.js';

/** Tokens that continue a reading after its first `from` tokens. */
export interface Branch {
  readonly from: number;
  readonly tokens: readonly number[];
}

/** Tokens that the decoder has read, from which branches may continue. */
export interface BranchedPrefill {
  readonly tokens: readonly number[];
  readonly cross: CrossAttention;
  /** The self-attention cache that they left, by graph input name. */
  readonly past: AttentionTensors;
}

/** Tokens that the decoder has read, and its predictions, which stay valid. */
export interface Prefill extends BranchedPrefill {
  /** The predictions after each of the last tokens for which they were requested. */
  readonly outputs: readonly RowOutput[];
}

/** Reads tokens from the start in one pass (prefill); see `DecoderBatch`. */
export async function prefillTokens(
  session: InferenceSession,
  geometry: DecoderGeometry,
  cross: CrossAttention,
  tokens: readonly number[],
  answers: number,
  discard: Discard,
): Promise<Prefill> {
  const {
    answer,
    past,
    answers: answering,
  } = await runDecoder(session, {
    rows: 1,
    tokens,
    positions: tokens.map((_, position) => position),
    masks: { self: causalMask(0, tokens.length), cross: new Float32Array(cross.frames) },
    answers,
    past: emptyPast(geometry),
    cross: cross.tensors,
  });
  const outputs = Array.from({ length: answers }, (_, index) => lasting(answer(index, cross.frames)));
  discard(answering);
  return { tokens, outputs, cross, past };
}

/**
 * Reads several branches from a reading, side by side in one pass; see `DecoderBatch`.
 */
export async function prefillBranches(
  session: InferenceSession,
  { cross, past, tokens: { length: held } }: BranchedPrefill,
  branches: readonly Branch[],
  discard: Discard,
): Promise<readonly (readonly RowOutput[])[]> {
  const tokens = branches.flatMap((branch) => branch.tokens);
  const {
    answer,
    past: readOn,
    answers: answering,
  } = await runDecoder(session, {
    rows: 1,
    tokens,
    positions: branches.flatMap((branch) => branch.tokens.map((_, index) => branch.from + index)),
    masks: { self: branchMask(held, branches), cross: new Float32Array(cross.frames) },
    answers: tokens.length,
    past,
    cross: cross.tensors,
  });
  let place = 0;
  const outputs = branches.map((branch) => branch.tokens.map(() => lasting(answer(place++, cross.frames))));
  discard([...readOn.values(), ...answering]);
  return outputs;
}

/** The same output in memory of its own. */
function lasting({ logits, frame }: RowOutput): RowOutput {
  return { logits: logits.slice(), frame };
}
