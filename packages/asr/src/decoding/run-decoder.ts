import { Tensor, type InferenceSession } from '@auscult/onnxruntime';
import type { AttentionMasks } from './attention-masks.js';
import type { AttentionTensors } from './attention-tensors.js';
import { mostAttendedFrame } from './next-token.js';

/** One run of the prepared decoder graph, over rows of equally many tokens. */
export interface DecoderRun {
  readonly rows: number;
  /** The tokens, row by row, as are their positions. */
  readonly tokens: readonly number[];
  readonly positions: readonly number[];
  readonly masks: AttentionMasks;
  /** Number of tokens at the end of each row after which the next token is predicted. */
  readonly answers: number;
  readonly past: AttentionTensors;
  readonly cross: AttentionTensors;
}

/** The decoder's prediction of a row's next token. */
export interface RowOutput {
  /** One for each token of the vocabulary; may be written to. */
  readonly logits: Float32Array;
  /** The encoder frame that it attended to most. */
  readonly frame: number;
}

/** The results of a run. */
export interface DecoderOutputs {
  /** One answer by its number, counted row by row; `frames`: how many the row attends to. Valid until the next run. */
  readonly answer: (index: number, frames: number) => RowOutput;
  /** The self-attention cache with the tokens of the run. */
  readonly past: AttentionTensors;
  /** The tensors that answers are read from. */
  readonly answers: readonly Tensor[];
}

/** Runs the graph once. */
export async function runDecoder(
  session: InferenceSession,
  { rows, tokens, positions, masks, answers, past, cross }: DecoderRun,
): Promise<DecoderOutputs> {
  const length = tokens.length / rows;
  const outputs = await session.run({
    input_ids: new Tensor('int64', BigInt64Array.from(tokens, BigInt), [rows, length]),
    position_ids: new Tensor('int64', BigInt64Array.from(positions, BigInt), [rows, length]),
    self_mask: new Tensor('float32', masks.self, [rows, 1, length, masks.self.length / (rows * length)]),
    cross_mask: new Tensor('float32', masks.cross, [rows, 1, 1, masks.cross.length / rows]),
    first_answer: new Tensor('int64', BigInt64Array.of(BigInt(-answers)), [1]),
    ...Object.fromEntries(past),
    ...Object.fromEntries(cross),
  });
  const answering = [outputs['logits'], outputs['attention']].filter((tensor) => tensor !== undefined);
  const [logits, attention] = answering.map(({ data }) => data as Float32Array);
  if (!logits || !attention) throw new TypeError('the decoder has no logits or no attention');
  const width = logits.length / (rows * answers);
  const attended = attention.length / (rows * answers);
  return {
    answer: (index, frames) => ({
      logits: logits.subarray(width * index, width * (index + 1)),
      frame: mostAttendedFrame(attention, attended * index, frames),
    }),
    past: presentAsPast(outputs),
    answers: answering,
  };
}

function presentAsPast(outputs: InferenceSession.OnnxValueMapType): AttentionTensors {
  const past = new Map<string, Tensor>();
  for (const [name, value] of Object.entries(outputs)) {
    if (name.startsWith('present.')) past.set(name.replace('present', 'past'), value);
  }
  return past;
}
