import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { ModelGeometry } from '../../src/decoding/model-geometry.js';
import { likeliestToken } from '../../src/decoding/next-token.js';
import { openGraph } from '../../src/decoding/open-graph.js';
import type { SpeechModel } from '../../src/decoding/speech-model.js';
import { firstTokensOnly } from '../../src/decoding/token-rules.js';
import { moonshineModel } from '../../src/families/moonshine/moonshine-model.js';
import { prepareGraphs } from '../../src/families/moonshine/prepare-graphs.js';
import { moonshineCatalog, type MoonshineEntry } from '../../src/families/moonshine/moonshine-catalog.js';
import { decodeOnnxModel, encodeOnnxModel } from '../../src/models/onnx-model.js';
import type { WeightFormat } from '../../src/models/prepared-graphs.js';

/** A model with its shape, and the encoder's graph to watch. */
export interface PreparedMoonshine extends SpeechModel {
  readonly geometry: ModelGeometry;
  readonly encoderSession: InferenceSession;
}

/** Prepares a model's graphs anew and opens them. */
export async function openPrepared(name: string, weights: WeightFormat): Promise<PreparedMoonshine> {
  const { geometry, ...files } = publishedFiles(name);
  const { encoder, decoder } = prepareGraphs(
    decodeOnnxModel(await readFile(files.encoder)),
    decodeOnnxModel(await readFile(files.decoder)),
    { int8Weights: weights === 'int8' },
  );
  const encoderSession = await InferenceSession.create(encodeOnnxModel(encoder), ONE_THREAD);
  const decoderSession = await InferenceSession.create(encodeOnnxModel(decoder), ONE_THREAD);
  return { ...moonshineModel(encoderSession, decoderSession, geometry), geometry, encoderSession };
}

/** The graphs as they were published, decoded greedily the way their publisher documents. */
export interface PublishedModel {
  /** Frames float32 [1, frames, width] of samples at 16 kHz. */
  encode(audio: Float32Array): Promise<Tensor>;
  /** The tokens of encoded audio, at most `limit`, without start and end. */
  decode(hidden: Tensor, limit: number): Promise<number[]>;
}

/** Opens a model's graphs as they were published. */
export async function openPublished(name: string): Promise<PublishedModel> {
  const { geometry, ...files } = publishedFiles(name);
  const encoder = await openGraph(files.encoder);
  const decoder = await openGraph(files.decoder);
  return {
    async encode(audio) {
      const input = new Tensor('float32', audio, [1, audio.length]);
      const { last_hidden_state: hidden } = await encoder.run({ input_values: input });
      if (!hidden) throw new Error('the encoder gave nothing');
      return hidden;
    },
    async decode(hidden, limit) {
      const tokens = [...geometry.startTokens];
      let past = emptyPast(geometry);
      while (tokens.length <= limit) {
        const useCache = tokens.length > 1;
        const outputs = await decoder.run({
          input_ids: new Tensor('int64', BigInt64Array.of(BigInt(tokens.at(-1) ?? 0)), [1, 1]),
          encoder_hidden_states: hidden,
          use_cache_branch: new Tensor('bool', [useCache], [1]),
          ...Object.fromEntries(past),
        });
        const logits = outputs['logits']?.data as Float32Array;
        firstTokensOnly(geometry.textTokens).restrict(logits, 0, logits.length, tokens);
        const { token } = likeliestToken(logits);
        if (token === geometry.endToken) break;
        tokens.push(token);
        past = nextPast(past, outputs, useCache);
      }
      return tokens.slice(geometry.startTokens.length);
    },
  };
}

const ONE_THREAD = { intraOpNumThreads: 1, enableCpuMemArena: false, logSeverityLevel: 3 } as const;

/** The entry of the catalog with that name. */
export function catalogEntry(name: string): MoonshineEntry {
  const entry = moonshineCatalog.find((candidate) => candidate.name === name);
  if (!entry) throw new Error(`there is no model ${name}`);
  return entry;
}

function publishedFiles(name: string) {
  const { geometry, folder, encoder, decoder } = catalogEntry(name);
  return { geometry, encoder: path.join(folder(), encoder.name), decoder: path.join(folder(), decoder.name) };
}

function emptyPast({ decoderLayers, heads, headSize }: ModelGeometry): Map<string, Tensor> {
  const names = Array.from({ length: decoderLayers }, (_, layer) =>
    ['decoder.key', 'decoder.value', 'encoder.key', 'encoder.value'].map(
      (part) => `past_key_values.${layer}.${part}`,
    ),
  );
  const empty = () => new Tensor('float32', new Float32Array(0), [1, heads, 0, headSize]);
  return new Map(names.flat().map((name) => [name, empty()]));
}

/** The branch that reads the cache returns no cross-attention. That of the first token remains valid. */
function nextPast(
  past: ReadonlyMap<string, Tensor>,
  outputs: InferenceSession.OnnxValueMapType,
  useCache: boolean,
): Map<string, Tensor> {
  return new Map(
    [...past].map(([name, tensor]) => {
      const present = outputs[name.replace('past_key_values', 'present')] as Tensor;
      return [name, useCache && name.includes('encoder') ? tensor : present];
    }),
  );
}
