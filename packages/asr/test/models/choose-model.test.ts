import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { catalog } from '../../src/models/catalog.js';
import { chooseModel, isRepositoryName } from '../../src/models/choose-model.js';
import { listModels } from '../../src/models/list-models.js';
import { removeModel } from '../../src/models/remove-model.js';
import { installVariant } from '../../src/models/store/install-variant.js';
import { filesFromPins } from '../../src/models/store/variant-files.js';
import { whisperCatalog } from '../../src/families/whisper/whisper-catalog.js';
import { DECODER, makeFixture, makeFolder, REPOSITORY } from './store/store-fixture.js';

describe('the name of a model', () => {
  test.each([
    ['tiny', 'onnx-community/whisper-tiny'],
    ['base.en', 'onnx-community/whisper-base.en'],
    ['medium', 'onnx-community/whisper-medium-ONNX'],
    ['large', 'onnx-community/whisper-large-v3-ONNX'],
    ['large-v2', 'onnx-community/whisper-large-v2-ONNX'],
    ['turbo', 'onnx-community/whisper-large-v3-turbo'],
    ['whisper-small', 'onnx-community/whisper-small'],
    ['openai/whisper-small', 'onnx-community/whisper-small'],
    ['onnx-community/whisper-small', 'onnx-community/whisper-small'],
    ['clinic/own-whisper', 'clinic/own-whisper'],
  ])('%s means the repository %s', (name, repository) => {
    expect(chooseModel(name)).toMatchObject({ kind: 'stored', model: { repository } });
  });

  test.each(['moonshine-tiny', 'onnx-community/moonshine-tiny-ONNX'])(
    '%s means what npm has installed',
    (name) => {
      expect(chooseModel(name)).toMatchObject({ kind: 'built-in', entry: { name: 'moonshine-tiny' } });
    },
  );

  test('may be a folder', async () => {
    const folder = path.join(await makeFolder(), 'own');
    await mkdir(folder);
    expect(chooseModel(folder)).toEqual({ kind: 'folder', folder });
  });

  test.each([
    'whisper-colossal',
    '',
    '../models',
    'a/b/c',
    '/nowhere/at/all',
    'owner/..',
    'owner/a--b',
    'owner/.x',
  ])('that is "%s" is refused with those that there are', (name) => {
    expect(isRepositoryName(name)).toBe(false);
    expect(() => chooseModel(name)).toThrow(expect.objectContaining({ code: 'unknown_model' }) as Error);
  });

  test('belongs to one model only', () => {
    const names = catalog.flatMap((entry) => [entry.name, entry.repository, ...entry.aliases]);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('the pins of Whisper models', () => {
  test('are whole commits and hashes', () => {
    for (const { pins } of whisperCatalog) {
      expect(pins.revision ?? '0'.repeat(40)).toMatch(/^[0-9a-f]{40}$/);
      for (const { sha256, bytes } of Object.values(pins.files)) {
        expect(sha256 ?? '0'.repeat(64)).toMatch(/^[0-9a-f]{64}$/);
        expect(bytes ?? 1).toBeGreaterThan(0);
      }
    }
  });

  test('suffice for the small models in int8, and give their size', () => {
    for (const name of ['tiny', 'tiny.en', 'base', 'small', 'medium', 'large-v3-turbo']) {
      const chosen = chooseModel(name);
      const files = chosen.kind === 'stored' ? filesFromPins(chosen.model, 'int8') : undefined;
      const bytes = files?.reduce((total, file) => total + file.bytes, 0) ?? 0;
      const listed = whisperCatalog.find((entry) => entry.aliases.includes(name))?.figures.downloadBytes;
      expect(Math.abs(bytes / (listed ?? 0) - 1)).toBeLessThan(0.02);
    }
  });
});

describe('the list of models', () => {
  test('shows what is in the store, also of repositories that are not in the catalog', async () => {
    const fixture = await makeFixture();
    await installVariant(fixture.unpinned, 'int8', fixture.open());
    const before = await listModels(fixture.open());
    expect(before.find(({ name }) => name === REPOSITORY)).toMatchObject({
      installed: ['int8'],
      license: undefined,
    });
    expect(before.find(({ name }) => name === 'whisper-tiny')).toMatchObject({
      installed: [],
      family: 'whisper',
    });

    const freed = await removeModel(REPOSITORY, fixture.open());
    expect(freed).toBeGreaterThan(fixture.content.files.get(DECODER)?.length ?? Infinity);
    expect((await listModels(fixture.open())).map(({ name }) => name)).not.toContain(REPOSITORY);
    await expect(removeModel(REPOSITORY, fixture.open())).rejects.toMatchObject({ code: 'model_missing' });
    await expect(removeModel('moonshine-base', fixture.open())).rejects.toMatchObject({
      code: 'model_built_in',
    });
  });
});
