import { ElementType, valueInfo } from '../models/graph-surgery.js';
import type { OnnxValueInfo } from '../models/onnx-model.js';

/**
 * The inputs and outputs of every prepared decoder, which does prefill and step in one.
 *
 * `input_ids` and `position_ids` int64 [rows, tokens], `self_mask` float32 [rows, 1, tokens, past + tokens],
 * `cross_mask` float32 [rows, 1, 1, frames], `first_answer` int64 [1], the place of the first token for which logits are
 * wanted, counted from the end (-1 is the last token), `past.N.key` and `past.N.value` float32 [rows, heads,
 * past, head size], and `cross.N.key` and `cross.N.value` as the prepared encoder gives them → `logits` float32
 * [rows, answers, vocabulary], `attention` float32 [rows, answers, frames] that shows where each of these tokens
 * listened, and `present.N.key` and `present.N.value`, which are the next run's past.
 */
export function decoderInterface(layers: number): {
  readonly input: OnnxValueInfo[];
  readonly output: OnnxValueInfo[];
} {
  const { int64, float32 } = ElementType;
  const cross = crossNames(layers);
  const selfAttention = (kind: string, length: string) =>
    cross.map((name) =>
      valueInfo(name.replace('cross', kind), float32, ['rows', 'heads', length, 'head_size']),
    );
  return {
    input: [
      valueInfo('input_ids', int64, ['rows', 'tokens']),
      valueInfo('position_ids', int64, ['rows', 'tokens']),
      valueInfo('self_mask', float32, ['rows', 1, 'tokens', 'past_and_tokens']),
      valueInfo('cross_mask', float32, ['rows', 1, 1, 'frames']),
      valueInfo('first_answer', int64, [1]),
      ...selfAttention('past', 'past'),
      ...cross.map((name) => crossValue(name, 'rows')),
    ],
    output: [
      valueInfo('logits', float32, ['rows', 'answers', 'vocabulary']),
      valueInfo('attention', float32, ['rows', 'answers', 'frames']),
      ...selfAttention('present', 'past_and_tokens'),
    ],
  };
}

/** The outputs of the prepared encoder for one window: see `decoderInterface`. */
export function crossOutputs(layers: number): OnnxValueInfo[] {
  return crossNames(layers).map((name) => crossValue(name, 1));
}

/** The names of the keys and values that the decoder's layers attend to. */
export function crossNames(layers: number): string[] {
  return Array.from({ length: layers }, (_, layer) => [`cross.${layer}.key`, `cross.${layer}.value`]).flat();
}

/** Keys are transposed for their product with the query; a family's graphs scale either the one or the other. */
function crossValue(name: string, rows: number | string): OnnxValueInfo {
  const dims = name.endsWith('key')
    ? [rows, 'heads', 'head_size', 'frames']
    : [rows, 'heads', 'frames', 'head_size'];
  return valueInfo(name, ElementType.float32, dims);
}
