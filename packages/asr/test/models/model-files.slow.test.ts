import { listModels, startRecognizer, verifyModel, type RecognizerOptions } from '@auscult/asr';
import { copyFile, mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { resolveModel } from '../../src/models/resolve-model.js';
import { transcribe } from '../support/listening.js';
import { catalogEntry } from '../support/published-moonshine.js';
import { makeFolder, plainOptions } from '../support/real-recognizer.js';
import { loadSpeech, wordErrorRate } from '../support/speech.js';

const ENCODER = 'encoder_model.onnx';
const DECODER = 'decoder_model_merged.onnx';

let cache: string;
beforeAll(async () => {
  cache = await makeFolder();
});
afterAll(() => rm(cache, { recursive: true }));

describe('a model by name', () => {
  test('that is unknown is refused with the known names', async () => {
    await expectRefusal(
      { model: 'whisper-colossal' },
      { code: 'unknown_model', message: ['whisper-colossal'], remedy: ['moonshine-base', 'moonshine-tiny'] },
    );
  });

  test('is listed, and its files are what was published', async () => {
    const models = await listModels();
    expect(models.filter((model) => model.default).map(({ name }) => name)).toEqual(['moonshine-base']);
    for (const { name } of models.filter(({ family }) => family === 'moonshine')) {
      await expect(verifyModel(name)).resolves.toEqual(['int8']);
    }
  });

  test.each([
    ['cut off', ENCODER, (file: string) => truncate(file, 1_000_000), 'model_corrupt'],
    ['altered', DECODER, flipByte, 'model_corrupt'],
    ['gone', DECODER, (file: string) => rm(file), 'model_missing'],
  ] as const)('whose file is %s is refused by the name of the file', async (_problem, name, spoil, code) => {
    const folder = await copyOfTiny();
    await spoil(path.join(folder, name));
    const installed = vi.spyOn(catalogEntry('moonshine-tiny'), 'folder').mockReturnValue(folder);
    onTestFinished(() => {
      installed.mockRestore();
    });
    await expect(resolveModel('moonshine-tiny', { computeType: 'int8' })).rejects.toMatchObject({
      code,
      message: expect.stringContaining(path.join(folder, name)) as string,
      remedy: expect.stringContaining('npm ci') as string,
    });
  });
});

describe('a model in a folder', () => {
  test('transcribes, and is named by its folder', { timeout: 180_000 }, async () => {
    const folder = path.join(await copyOfTiny('my-model', 'onnx'), '..');
    const clip = await loadSpeech('librispeech/367-130732-0001');
    const recognizer = await startRecognizer({ ...plainOptions(cache), model: folder });
    onTestFinished(() => recognizer.close());
    expect(recognizer.model.name).toBe('my-model');
    expect(wordErrorRate(clip.text, (await transcribe(recognizer, clip.samples)).text())).toBeLessThan(0.4);
  });

  test('without a model is refused with what it should hold', async () => {
    const folder = await makeFolder();
    onTestFinished(() => rm(folder, { recursive: true }));
    await expectRefusal(
      { model: folder },
      { code: 'model_missing', message: [folder, ENCODER, DECODER], remedy: ['models list'] },
    );
  });

  test.each([
    ['a cut off encoder', ENCODER, 4_000_000],
    ['a cut off decoder', DECODER, 20_000_000],
    ['an empty decoder', DECODER, 0],
  ])('with %s is refused by the name of the file', async (_what, name, bytes) => {
    const folder = await copyOfTiny();
    await truncate(path.join(folder, name), bytes);
    await expectRefusal(
      { model: folder },
      { code: 'model_corrupt', message: [path.join(folder, name)], remedy: ['published files'] },
    );
  });

  test('with another network in its place is refused', async () => {
    const folder = await copyOfTiny();
    await copyFile(path.join(folder, ENCODER), path.join(folder, DECODER));
    await expectRefusal(
      { model: folder },
      { code: 'model_corrupt', message: [path.basename(folder)], remedy: [] },
    );
  });
});

describe('prepared graphs', { timeout: 180_000 }, () => {
  test('are kept, and made again when they were altered', async () => {
    const folder = await makeFolder();
    onTestFinished(() => rm(folder, { recursive: true }));
    expect(await startedWithPreparing(folder)).toBe(true);
    expect(await startedWithPreparing(folder)).toBe(false);
    for (const spoil of [flipByte, (file: string) => truncate(file, 1_000), (file: string) => rm(file)]) {
      await spoil(await findIn(folder, 'decoder.onnx'));
      expect(await startedWithPreparing(folder)).toBe(true);
      expect(await startedWithPreparing(folder)).toBe(false);
    }
    // No half-written drafts are left.
    expect(await readdir(path.join(folder, 'graphs'))).toHaveLength(1);
  });

  test('that cannot be written are reported with the folder and the setting', async () => {
    const file = path.join(cache, 'a-file');
    await writeFile(file, '');
    const cacheDirectory = path.join(file, 'cache');
    await expectRefusal(
      { cacheDirectory },
      {
        code: 'cache_not_writable',
        message: [cacheDirectory],
        remedy: ['--cache-directory', 'AUSCULT_CACHE_DIRECTORY'],
      },
    );
  });
});

describe('options that do not fit', () => {
  test.each<[string, Partial<RecognizerOptions>, Refusal]>([
    [
      'another language',
      { language: 'de' },
      { code: 'unsupported_language', message: ["'de'"], remedy: ['en'] },
    ],
    [
      'another device',
      { device: 'cuda' },
      { code: 'unsupported_device', message: ['cuda'], remedy: ['cpu'] },
    ],
    [
      'another compute type',
      { computeType: 'float16' },
      { code: 'unsupported_compute_type', message: ['float16'], remedy: ['int8'] },
    ],
  ])('are refused: %s', async (_what, options, refusal) => {
    await expectRefusal(options, refusal);
  });
});

interface Refusal {
  readonly code: string;
  /** What the message must name. */
  readonly message: readonly string[];
  /** What the remedy must name. */
  readonly remedy: readonly string[];
}

async function expectRefusal(options: Partial<RecognizerOptions>, refusal: Refusal): Promise<void> {
  const refused = startRecognizer({ ...plainOptions(cache), ...options });
  const error: unknown = await refused.then(
    (recognizer) => recognizer.close(),
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({ name: 'SpeechError', code: refusal.code });
  const { message, remedy } = error as { readonly message: string; readonly remedy: string };
  for (const part of refusal.message) expect(message).toContain(part);
  for (const part of refusal.remedy) expect(remedy).toContain(part);
  expect(remedy).not.toBe('');
}

/** Whether graphs were prepared; the recognizer has warmed up with them. */
async function startedWithPreparing(cacheDirectory: string): Promise<boolean> {
  const kinds: string[] = [];
  const recognizer = await startRecognizer({
    ...plainOptions(cacheDirectory),
    onEvent: ({ kind }) => kinds.push(kind),
  });
  await recognizer.close();
  return kinds.includes('preparing-graphs');
}

async function findIn(folder: string, name: string): Promise<string> {
  const files = await readdir(folder, { recursive: true });
  const found = files.filter((file) => path.basename(file) === name);
  expect(found).toHaveLength(1);
  return path.join(folder, found[0] ?? '');
}

/** The files of the tiny model in a new folder, which goes when the test ends. */
async function copyOfTiny(...subfolders: readonly string[]): Promise<string> {
  const root = await makeFolder();
  onTestFinished(() => rm(root, { recursive: true }));
  const folder = path.join(root, ...subfolders);
  await mkdir(folder, { recursive: true });
  const published = catalogEntry('moonshine-tiny').folder();
  for (const name of [ENCODER, DECODER]) await copyFile(path.join(published, name), path.join(folder, name));
  return folder;
}

async function flipByte(file: string): Promise<void> {
  const bytes = await readFile(file);
  const middle = Math.floor(bytes.length / 2);
  bytes.writeUInt8(bytes.readUInt8(middle) ^ 0xff, middle);
  await writeFile(file, bytes);
}
