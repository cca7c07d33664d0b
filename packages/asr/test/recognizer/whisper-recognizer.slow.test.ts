import { startRecognizer, type RecognizerOptions } from '@auscult/asr';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, cp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { decodeOnnxModel } from '../../src/models/onnx-model.js';
import { writeOnnxModel } from '../../src/models/write-onnx-model.js';
import { expectOrderly } from '../support/expect-orderly.js';
import { listen, encodePcm, transcribe } from '../support/listening.js';
import { makeRandomWhisper } from '../support/prepared-whisper.js';
import { makeFolder, plainOptions, startRealRecognizer } from '../support/real-recognizer.js';
import { publishedWhisper } from '../support/shared.js';
import { loadSpeech, wordErrorRate, type Speech } from '../support/speech.js';

const ENCODER = 'onnx/encoder_model_quantized.onnx';
const DECODER = 'onnx/decoder_model_merged_quantized.onnx';

/** Multilingual, with random weights. */
let whisper: string;
let cache: string;
let clip: Speech;
beforeAll(async () => {
  whisper = await makeRandomWhisper({ precisions: ['int8', 'float16', 'float32'] });
  cache = await makeFolder();
  clip = await loadSpeech('jfk/jfk');
});
afterAll(async () => {
  await rm(whisper, { recursive: true });
  await rm(cache, { recursive: true });
});

describe('a Whisper model in a folder', { timeout: 180_000 }, () => {
  test.each(['float32', 'float16', 'int8'] as const)('transcribes in %s', async (computeType) => {
    const { recognizer, events } = await start({ model: whisper, computeType, language: 'auto' });
    expect(recognizer.model).toMatchObject({
      name: path.basename(whisper),
      family: 'whisper',
      computeType,
      device: 'cpu',
      tasks: ['transcribe', 'translate'],
    });
    const stream = listen(recognizer, { partials: true, language: 'de', task: 'translate' });
    stream.live.push(encodePcm(clip.samples, 'f32le'));
    await stream.live.flush();
    // Random weights make random tokens, which are rejected as invented: only the end of the work can be checked.
    expectOrderly(stream);
    const finished = events.filter(({ kind }) => kind === 'job-finished');
    expect(finished.filter((event) => 'priority' in event && event.priority === 'final')).not.toEqual([]);
    expect(events.map(({ kind }) => kind)).not.toContain('worker-exited');
  });

  test.skipIf(!existsSync(publishedWhisper))(
    'hears what is said (whisper-tiny.en; skipped where its files are not)',
    async () => {
      const { recognizer } = await start({ model: publishedWhisper });
      expect(recognizer.model).toMatchObject({ languages: ['en'], tasks: ['transcribe'] });
      const stream = await transcribe(recognizer, clip.samples);
      expectOrderly(stream);
      expect(wordErrorRate(clip.text, stream.text())).toBeLessThan(0.2);
      expect(new Set(stream.finals.map(({ language }) => language))).toEqual(new Set(['en']));
    },
  );
});

describe('a damaged Whisper model is refused by name', { timeout: 120_000 }, () => {
  test.each<[string, (folder: string) => Promise<void>, readonly string[]]>([
    ['a cut off encoder', (folder) => truncate(path.join(folder, ENCODER), 100_000), [ENCODER, 'cut off']],
    ['a cut off decoder', (folder) => truncate(path.join(folder, DECODER), 100_000), [DECODER, 'cut off']],
    ['an empty decoder', (folder) => truncate(path.join(folder, DECODER), 0), [DECODER]],
    [
      'a decoder of random bytes',
      (folder) => writeFile(path.join(folder, DECODER), randomBytes(100_000)),
      [DECODER, 'not an ONNX file'],
    ],
    [
      'the encoder in place of the decoder',
      (folder) => copyFile(path.join(folder, ENCODER), path.join(folder, DECODER)),
      ['no weights of'],
    ],
    ['a decoder without its weights', withoutWeights, ['decoder_model_merged_quantized.onnx.weights']],
  ])('%s', async (_what, spoil, message) => {
    const folder = await copyOfWhisper();
    await spoil(folder);
    const error = await refusalOf({ model: folder });
    expect(error.code).toBe('model_corrupt');
    expect(error.remedy).toContain('models list');
    for (const part of [path.basename(folder), ...message]) expect(error.message).toContain(part);
  });
});

describe('options that a Whisper model does not fit', { timeout: 120_000 }, () => {
  test('an unknown language is refused with the known ones', async () => {
    const error = await refusalOf({ model: whisper, language: 'tlh' });
    expect(error.code).toBe('unsupported_language');
    expect(error.message).toMatch(/\ben\b.*\bde\b.*'tlh'/);
  });

  test('a model of one language refuses to detect the language', async () => {
    const english = await makeRandomWhisper({ languages: 'english-only' });
    onTestFinished(() => rm(english, { recursive: true }));
    const error = await refusalOf({ model: english, language: 'auto' });
    expect(error).toMatchObject({ code: 'unsupported_language', remedy: 'Set language to en.' });
  });
});

// Skipped on machines with a GPU, which these tests would find.
describe.skipIf(existsSync('/dev/nvidiactl'))('without a GPU', { timeout: 120_000 }, () => {
  test('cuda is refused with the reason', async () => {
    const error = await refusalOf({ model: whisper, device: 'cuda' });
    expect(error.code).toBe('unsupported_device');
    expect(error.message).toMatch(/^The device cuda cannot be used: .*\w{3}/);
    expect(error.remedy).toContain('cpu');
  });

  test('the CPU takes over where that is allowed, and the reason is reported', async () => {
    const { message } = await refusalOf({ model: whisper, device: 'cuda' });
    const { recognizer, events } = await start({ model: whisper, device: 'cuda', deviceFallback: true });
    expect(recognizer.model.device).toBe('cpu');
    const [fallback] = events.filter((event) => event.kind === 'device-fallback');
    expect(message).toContain(fallback?.reason);
    expectOrderly(await transcribe(recognizer, clip.samples));
  });
});

async function start(options: Partial<RecognizerOptions>) {
  const real = await startRealRecognizer(options);
  onTestFinished(() => real.close());
  return real;
}

interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

async function refusalOf(options: Partial<RecognizerOptions>): Promise<Refusal> {
  const refused = startRecognizer({ ...plainOptions(cache), ...options });
  const error: unknown = await refused.then(
    (recognizer) => recognizer.close(),
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({ name: 'SpeechError' });
  return error as Refusal;
}

/** The int8 files of the model in a folder of their own, which goes when the test ends. */
async function copyOfWhisper(): Promise<string> {
  const folder = await makeFolder();
  onTestFinished(() => rm(folder, { recursive: true }));
  await cp(whisper, folder, { recursive: true, filter: (file) => !/(_fp16|model|merged)\.onnx$/.test(file) });
  return folder;
}

async function withoutWeights(folder: string): Promise<void> {
  const file = path.join(folder, DECODER);
  await writeOnnxModel(decodeOnnxModel(await readFile(file)), file, 1_000);
  await rm(`${file}.weights`);
}
