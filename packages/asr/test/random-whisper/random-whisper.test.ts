import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { loadWhisperTokenizer } from '../../src/families/whisper/whisper-tokenizer.js';
import { decodeOnnxModel, type OnnxGraph } from '../../src/models/onnx-model.js';
import { writeRandomWhisper } from '../../src/random-whisper/random-whisper.js';
import { publishedWhisper } from '../support/shared.js';

const LAYERS = 2;
const HEADS = 2;
const HEAD_SIZE = 32;
const ENDINGS = { int8: '_quantized', float16: '_fp16', float32: '' } as const;
type Precision = keyof typeof ENDINGS;
const PRECISIONS = Object.keys(ENDINGS) as Precision[];

/** Of logits of ±10. Activations are made integers at a scale that depends on all that are computed at once. */
const TOLERANCES: Readonly<Record<Precision, number>> = { int8: 0.8, float16: 0.05, float32: 0.001 };

let folder: string;
beforeAll(async () => {
  folder = await makeFolder();
  await writeRandomWhisper(folder, { precisions: PRECISIONS });
});
afterAll(() => rm(folder, { recursive: true }));

describe('a model with random weights', () => {
  test('is configured as its graphs and its vocabulary are', async () => {
    const config = JSON.parse(await readFile(path.join(folder, 'config.json'), 'utf8')) as Record<
      string,
      number
    >;
    const { timestampBegin } = await loadWhisperTokenizer(folder);
    expect(config.vocab_size).toBe(timestampBegin + 1_501);
    const { logits } = await step(await open('decoder_model_merged', 'int8'), [1], await hear('int8'));
    expect(logits.dims).toEqual([1, 1, config.vocab_size]);
  });

  test.each(PRECISIONS)('says in %s step by step what it says at once', async (precision) => {
    const hidden = await hear(precision);
    const decoder = await open('decoder_model_merged', precision);
    const tokens = [400, 7, 130, 42, 9];
    const whole = await step(decoder, tokens, hidden);
    let state = await step(decoder, tokens.slice(0, 2), hidden);
    for (const token of tokens.slice(2)) state = await step(decoder, [token], hidden, state);
    expect(greatestDifference(lastRow(state.logits), lastRow(whole.logits))).toBeLessThan(
      TOLERANCES[precision],
    );
  });

  test('is the same in every precision, and hears the difference between sounds', async () => {
    const said = async (precision: Precision, loudness?: number) => {
      const decoder = await open('decoder_model_merged', precision);
      return lastRow((await step(decoder, [400, 7], await hear(precision, loudness))).logits);
    };
    const exact = await said('float32');
    expect(greatestDifference(await said('float16'), exact)).toBeLessThan(TOLERANCES.float16);
    expect(greatestDifference(await said('int8'), exact)).toBeLessThan(TOLERANCES.int8);
    expect(greatestDifference(await said('float32', -1), exact)).toBeGreaterThan(0.1);
  });

  test('is written alike every time', async () => {
    const again = await makeFolder();
    onTestFinished(() => rm(again, { recursive: true }));
    await writeRandomWhisper(again, { precisions: ['int8'] });
    for (const file of [
      'tokenizer.json',
      'onnx/encoder_model_quantized.onnx',
      'onnx/decoder_model_merged_quantized.onnx',
    ]) {
      expect(
        Buffer.compare(await readFile(path.join(again, file)), await readFile(path.join(folder, file))),
      ).toBe(0);
    }
  });

  test.each(['english-only', 'with-cantonese'] as const)('may be %s', async (languages) => {
    const other = await makeFolder();
    onTestFinished(() => rm(other, { recursive: true }));
    await writeRandomWhisper(other, { languages });
    const { multilingual, languages: known } = await loadWhisperTokenizer(other);
    expect(multilingual).toBe(languages === 'with-cantonese');
    expect(known.has('yue')).toBe(languages === 'with-cantonese');
  });
});

describe.skipIf(!existsSync(publishedWhisper))(
  'beside the published tiny.en (skipped where its files are not)',
  () => {
    test.each(['encoder_model_quantized', 'decoder_model_merged_quantized'])(
      'the nodes of %s have the same names and kinds',
      async (name) => {
        const nodesOf = async (model: string) =>
          describeNodes(decodeOnnxModel(await readFile(path.join(model, 'onnx', `${name}.onnx`))).graph);
        expect(await nodesOf(folder)).toEqual(await nodesOf(publishedWhisper));
      },
    );
  },
);

/** Named nodes of the first two layers and around them, with those of the branches, in no order. */
function describeNodes(graph: OnnxGraph, within = ''): string[] {
  return graph.node
    .flatMap((node) => [
      `${within} ${node.opType} ${node.name.replace(/^Transpose_\d+$/, 'Transpose_N')}`,
      ...node.attribute.flatMap(({ name, g }) => (g ? describeNodes(g, name) : [])),
    ])
    .filter((line) => !/ Constant_\d+$|layers\.[2-9]/.test(line))
    .sort();
}

/** The encoder's output for one second of a sound that goes up. */
async function hear(precision: Precision, loudness = 1): Promise<Tensor> {
  const encoder = await open('encoder_model', precision);
  const features = Float32Array.from({ length: 80 * 3_000 }, (_, at) =>
    at % 3_000 < 100 && Math.abs(at / 3_000 - (at % 3_000) / 2) < 4 ? loudness : -0.5,
  );
  const { last_hidden_state: hidden } = await encoder.run({
    input_features: new Tensor('float32', features, [1, 80, 3_000]),
  });
  expect(hidden?.dims).toEqual([1, 1_500, HEADS * HEAD_SIZE]);
  return hidden as Tensor;
}

type Outputs = Readonly<Record<string, Tensor>> & { readonly logits: Tensor };

/** Runs the merged decoder as its publishers say: keys and values of the encoder stay those of the first step. */
async function step(
  decoder: InferenceSession,
  tokens: readonly number[],
  hidden: Tensor,
  before?: Outputs,
): Promise<Outputs> {
  const inputs: Record<string, Tensor> = {
    input_ids: new Tensor('int64', BigInt64Array.from(tokens, BigInt), [1, tokens.length]),
    encoder_hidden_states: hidden,
    use_cache_branch: new Tensor('bool', [before !== undefined], [1]),
  };
  const states = Array.from({ length: LAYERS }, (_, layer) =>
    ['decoder.key', 'decoder.value', 'encoder.key', 'encoder.value'].map((part) => `${layer}.${part}`),
  ).flat();
  for (const state of states) {
    inputs[`past_key_values.${state}`] =
      before?.[`present.${state}`] ?? new Tensor('float32', new Float32Array(0), [1, HEADS, 0, HEAD_SIZE]);
  }
  const outputs = (await decoder.run(inputs)) as unknown as Outputs;
  if (!before) return outputs;
  const kept = states.filter((state) => state.includes('encoder')).map((state) => `present.${state}`);
  return { ...outputs, ...Object.fromEntries(kept.map((name) => [name, before[name] as Tensor])) };
}

function lastRow({ data, dims }: Tensor): readonly number[] {
  return Array.from((data as Float32Array).subarray(-(dims[2] ?? 0)));
}

function greatestDifference(a: readonly number[], b: readonly number[]): number {
  return Math.max(...a.map((value, index) => Math.abs(value - (b[index] ?? NaN))));
}

function open(part: string, precision: Precision): Promise<InferenceSession> {
  return InferenceSession.create(path.join(folder, 'onnx', `${part}${ENDINGS[precision]}.onnx`), {
    intraOpNumThreads: 1,
    logSeverityLevel: 3,
  });
}

function makeFolder(): Promise<string> {
  return mkdtemp(path.join(tmpdir(), 'auscult-random-whisper-'));
}
