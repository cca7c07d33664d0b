import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { resolveModel } from '../../src/models/resolve-model.js';
import { expectRefusal } from './store/expect-refusal.js';
import { CONFIGURATION, makeFolder, whisperFiles } from './store/store-fixture.js';

describe('a folder with a Whisper model', () => {
  test('is recognised by its configuration, with the files of the compute type', async () => {
    const folder = await makeModel('', '_quantized');
    const int8 = await resolveModel(folder, { computeType: 'int8' });
    expect(int8).toMatchObject({
      name: path.basename(folder),
      family: 'whisper',
      computeType: 'int8',
      languages: ['en', 'cy'],
      folder,
      encoderPath: path.join(folder, 'onnx', 'encoder_model_quantized.onnx'),
      decoderPath: path.join(folder, 'onnx', 'decoder_model_merged_quantized.onnx'),
    });
    expect(int8.fingerprint).toMatch(/^[0-9a-f]{128}$/);
    const float32 = await resolveModel(folder, { computeType: 'float32' });
    expect(float32.encoderPath).toBe(path.join(folder, 'onnx', 'encoder_model.onnx'));
    expect(float32.fingerprint).not.toBe(int8.fingerprint);
    await expectRefusal(resolveModel(folder, { computeType: 'float16' }), {
      code: 'unsupported_compute_type',
      message: ['float16', 'encoder_model_fp16.onnx'],
      remedy: ['int8 or float32'],
    });
  });

  test('with one kind of files uses those, wherever the graphs are', async () => {
    const folder = await makeModel('_fp16');
    for (const file of ['encoder_model_fp16.onnx', 'decoder_model_merged_fp16.onnx']) {
      await rename(path.join(folder, 'onnx', file), path.join(folder, file));
    }
    expect(await resolveModel(folder, { computeType: 'int8' })).toMatchObject({
      computeType: 'float16',
      encoderPath: path.join(folder, 'encoder_model_fp16.onnx'),
    });
  });

  test('counts as another model when its external weights change', async () => {
    const folder = await makeModel('');
    const weights = path.join(folder, 'onnx', 'decoder_model_merged.onnx_data');
    await writeFile(weights, 'some');
    const before = await resolveModel(folder, { computeType: 'float32' });
    await writeFile(weights, 'other');
    const after = await resolveModel(folder, { computeType: 'float32' });
    expect(after.fingerprint.slice(0, 64)).toBe(before.fingerprint.slice(0, 64));
    expect(after.fingerprint.slice(64)).not.toBe(before.fingerprint.slice(64));
  });

  test.each(CONFIGURATION.slice(1))('without %s is refused by its name', async (file) => {
    const folder = await makeModel('_quantized');
    await rm(path.join(folder, file));
    await expectRefusal(resolveModel(folder, { computeType: 'int8' }), {
      code: 'model_missing',
      message: [folder, file],
      remedy: ['models list'],
    });
  });

  test('without graphs is refused with their names', async () => {
    await expectRefusal(resolveModel(await makeModel(), { computeType: 'int8' }), {
      code: 'model_missing',
      message: ['encoder_model_quantized.onnx', 'decoder_model_merged_quantized.onnx'],
      remedy: [],
    });
  });
});

test('a model that has to be fetched needs a store', async () => {
  await expectRefusal(resolveModel('whisper-tiny', { computeType: 'int8' }), {
    code: 'model_missing',
    message: ['whisper-tiny'],
    remedy: ['folder'],
  });
});

/** A folder in the layout of a Whisper model, with graphs of these suffixes. */
async function makeModel(...suffixes: readonly string[]): Promise<string> {
  const folder = await makeFolder();
  await mkdir(path.join(folder, 'onnx'));
  const published = whisperFiles();
  for (const file of CONFIGURATION) await writeFile(path.join(folder, file), published.get(file) ?? '');
  for (const suffix of suffixes) {
    for (const graph of ['encoder_model', 'decoder_model_merged']) {
      await writeFile(path.join(folder, 'onnx', `${graph}${suffix}.onnx`), `${graph}${suffix}`);
    }
  }
  return folder;
}
