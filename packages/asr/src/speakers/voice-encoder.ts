import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Tensor, type InferenceSession } from '@auscult/onnxruntime';
import { openGraph } from '../decoding/open-graph.js';
import { createGe2eFeatures } from './ge2e-features.js';
import { createKaldiFeatures } from './kaldi-features.js';
import { toUnitLength } from './vectors.js';
import type { VoiceFeatures } from './voice-features.js';

/** Tells voices apart: windows of one speaker have embeddings that point in about the same direction. */
export interface VoiceEncoder {
  /** Values of an embedding. */
  readonly size: number;
  /**
   * The embeddings of windows of 0.2 to 1.6 s, 16 kHz within ±1: centred on the mean voice, and of unit length. Holds the
   * event loop for 4 to 8 ms a window.
   */
  embed(windows: readonly Float32Array[]): Promise<readonly Float32Array[]>;
}

/**
 * Which encoder: the one that ships with this package, or the file of CAM++ "common advanced" for Chinese and English as
 * https://huggingface.co/csukuangfj/speaker-embedding-models has it, with its mean voice beside it (`FILE.mean-voice.json`, by
 * `speakers/build.py campplus FILE`). Embeddings of two encoders cannot be compared.
 */
export type VoiceEncoderChoice =
  { readonly kind: 'ge2e' } | { readonly kind: 'campplus'; readonly file: string };

/** Opens an encoder. Throws what opening its file throws. */
export async function openVoiceEncoder(choice: VoiceEncoderChoice = { kind: 'ge2e' }): Promise<VoiceEncoder> {
  const [session, mean] = await Promise.all([
    openGraph(choice.kind === 'ge2e' ? shipped('ge2e.onnx') : choice.file),
    readMeanVoice(
      choice.kind === 'ge2e' ? shipped('ge2e-mean-voice.json') : `${choice.file}.mean-voice.json`,
    ),
  ]);
  return createVoiceEncoder({ session, features: front[choice.kind](), mean });
}

const front: Readonly<Record<VoiceEncoderChoice['kind'], () => VoiceFeatures>> = {
  ge2e: createGe2eFeatures,
  campplus: createKaldiFeatures,
};

/** A network, what it hears, and the voice that its embeddings are centred on. */
interface EncoderParts {
  readonly session: InferenceSession;
  readonly features: VoiceFeatures;
  readonly mean: Float32Array;
}

function createVoiceEncoder(parts: EncoderParts): VoiceEncoder {
  return {
    size: parts.mean.length,
    async embed(windows) {
      const embeddings = new Map<Float32Array, Float32Array>();
      for (const together of groupForRuns(windows, parts.features)) {
        for (const [row, embedding] of (await run(parts, together)).entries()) {
          embeddings.set(together[row] as Float32Array, embedding);
        }
      }
      return windows.map((window) => embeddings.get(window) as Float32Array);
    },
  };
}

/** Windows of one run: more take no less time each, and hold the event loop longer. */
const MOST_TOGETHER = 8;

/** The windows of each run, which have the same number of frames. */
function groupForRuns(windows: readonly Float32Array[], { framesOf }: VoiceFeatures): Float32Array[][] {
  const groups: Float32Array[][] = [];
  const open = new Map<number, Float32Array[]>();
  for (const window of windows) {
    const frames = framesOf(window.length);
    let group = open.get(frames);
    if (!group || group.length === MOST_TOGETHER) {
      group = [];
      groups.push(group);
      open.set(frames, group);
    }
    group.push(window);
  }
  return groups;
}

async function run(
  { session, features, mean }: EncoderParts,
  windows: readonly Float32Array[],
): Promise<readonly Float32Array[]> {
  const frames = features.framesOf(windows[0]?.length ?? 0);
  const size = frames * features.values;
  const heard = new Float32Array(windows.length * size);
  for (const [row, window] of windows.entries()) {
    features.write(window, heard.subarray(row * size, (row + 1) * size));
  }
  const [input = '', output = ''] = [session.inputNames[0], session.outputNames[0]];
  const outputs = await session.run({
    [input]: new Tensor('float32', heard, [windows.length, frames, features.values]),
  });
  const embeddings = outputs[output]?.data as Float32Array;
  return windows.map((_, row) =>
    centred(embeddings.subarray(row * mean.length, (row + 1) * mean.length), mean),
  );
}

/** What sets a voice apart from the mean voice. */
function centred(embedding: Float32Array, mean: Float32Array): Float32Array {
  return toUnitLength(toUnitLength(embedding).map((value, at) => value - (mean[at] ?? 0)));
}

async function readMeanVoice(file: string): Promise<Float32Array> {
  const { mean } = JSON.parse(await readFile(file, 'utf8')) as MeanVoice;
  return Float32Array.from(mean);
}

/** The mean of the embeddings of many voices, each of unit length. */
interface MeanVoice {
  readonly voices: number;
  readonly mean: readonly number[];
}

function shipped(name: string): string {
  return fileURLToPath(new URL(`../../speakers/${name}`, import.meta.url));
}
