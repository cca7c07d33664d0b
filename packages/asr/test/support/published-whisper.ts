import path from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { readWhisperShape } from '../../src/families/whisper/whisper-shape.js';
import type { ComputeType } from '../../src/models/compute-type.js';

/** What the merged decoder gives: logits and the keys and values of all attention. */
export type PublishedStep = Readonly<Record<string, Tensor>> & { readonly logits: Tensor };

/** The graphs as they were published, run the way their publishers document. */
export interface PublishedWhisper {
  /** Frames float32 [1, 1500, width] of the features of 30 s, [bins, 3000]. */
  readonly encode: (features: Float32Array) => Promise<Tensor>;
  /** Reads tokens behind those of an earlier step. */
  readonly step: (
    tokens: readonly number[],
    hidden: Tensor,
    before?: PublishedStep,
  ) => Promise<PublishedStep>;
}

/** Where the graphs of a compute type are in a folder of the onnx-community layout. */
export function publishedGraphs(folder: string, computeType: ComputeType) {
  const file = (part: string) => path.join(folder, 'onnx', `${part}${ENDINGS[computeType]}.onnx`);
  return { encoderPath: file('encoder_model'), decoderPath: file('decoder_model_merged'), folder };
}

/** Opens them. */
export async function openPublishedWhisper(
  folder: string,
  computeType: ComputeType,
): Promise<PublishedWhisper> {
  const { decoderLayers, heads, headSize, bins } = await readWhisperShape(folder);
  const { encoderPath, decoderPath } = publishedGraphs(folder, computeType);
  const encoder = await InferenceSession.create(encoderPath, ONE_THREAD);
  const decoder = await InferenceSession.create(decoderPath, ONE_THREAD);
  const states = Array.from({ length: decoderLayers }, (_, layer) =>
    ['decoder.key', 'decoder.value', 'encoder.key', 'encoder.value'].map((part) => `${layer}.${part}`),
  ).flat();
  return {
    async encode(features) {
      const input = new Tensor('float32', features, [1, bins, features.length / bins]);
      const { last_hidden_state: hidden } = await encoder.run({ input_features: input });
      return hidden as Tensor;
    },
    async step(tokens, hidden, before) {
      const past = states.map((state): [string, Tensor] => [
        `past_key_values.${state}`,
        before?.[`present.${state}`] ?? new Tensor('float32', new Float32Array(0), [1, heads, 0, headSize]),
      ]);
      const outputs = (await decoder.run({
        input_ids: new Tensor('int64', BigInt64Array.from(tokens, BigInt), [1, tokens.length]),
        encoder_hidden_states: hidden,
        use_cache_branch: new Tensor('bool', [before !== undefined], [1]),
        ...Object.fromEntries(past),
      })) as unknown as PublishedStep;
      if (!before) return outputs;
      // The branch that reads the cache returns no cross-attention. That of the first step remains valid.
      const kept = states.filter((state) => state.includes('encoder')).map((state) => `present.${state}`);
      return { ...outputs, ...Object.fromEntries(kept.map((name) => [name, before[name] as Tensor])) };
    },
  };
}

/** The logits behind the last token. */
export function lastLogits({ logits: { data, dims } }: PublishedStep): Float32Array {
  return (data as Float32Array).slice(-(dims[2] ?? 0));
}

const ENDINGS: Readonly<Record<ComputeType, string>> = { int8: '_quantized', float16: '_fp16', float32: '' };

const ONE_THREAD = { intraOpNumThreads: 1, logSeverityLevel: 3 } as const;
