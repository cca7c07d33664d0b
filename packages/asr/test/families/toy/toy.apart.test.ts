import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { familyOf } from '../../../src/families/families.js';
import { listModels } from '../../../src/models/list-models.js';
import { storePreparedGraphs } from '../../../src/models/prepared-graphs.js';
import { resolveModel } from '../../../src/models/resolve-model.js';
import { installVariant } from '../../../src/models/store/install-variant.js';
import { makeFixture, makeFolder, REPOSITORY, whisperFiles } from '../../models/store/store-fixture.js';

// The one line that a family takes beside its folder.
vi.mock('../../../src/families/list.js', async (original) => {
  const { families } = await original<{ families: readonly unknown[] }>();
  const { toyFamily } = await import('./family.js');
  return { families: [...families, toyFamily] };
});

test.each(['toy-one', 'one', 'toys/one'])(
  'an entry in the list of families is enough to add one: %s names its model',
  async (name) => {
    expect(await resolveModel(name, { computeType: 'float32' })).toMatchObject({
      family: 'toy',
      name: 'one',
    });
    expect(await listModels()).toContainEqual(
      expect.objectContaining({ name: 'toy-one', family: 'toy', installed: ['float32'], installedBytes: 7 }),
    );
  },
);

test('the configuration of a folder decides its family', async () => {
  const folder = await makeFolder();
  await writeFile(path.join(folder, 'config.json'), '{"model_type":"toy"}');
  const model = await resolveModel(folder, { computeType: 'int8' });
  expect(familyOf(model).title).toBe('Toy');
  const graphs = await storePreparedGraphs(await makeFolder(), model.fingerprint, 'uint8', (files) =>
    familyOf(model).prepare(model, 'uint8', files),
  );
  expect(await readFile(graphs.decoderPath, 'utf8')).toBe(`decoder of ${model.name} in uint8`);
});

test('the store fetches models of the toy family, and refuses files of another kind', async () => {
  const toy = new Map([...whisperFiles(), ['config.json', Buffer.from('{"model_type":"toy"}')]]);
  const fixture = await makeFixture(toy);
  await installVariant(fixture.unpinned, 'int8', fixture.open());
  const store = { directory: fixture.directory, offline: true };
  expect(await resolveModel(REPOSITORY, { computeType: 'int8', store })).toMatchObject({ family: 'toy' });
  expect(await listModels(store)).toContainEqual(
    expect.objectContaining({ name: REPOSITORY, family: 'toy' }),
  );

  const other = await makeFixture(new Map([...toy, ['config.json', Buffer.from('{"model_type":"llama"}')]]));
  await expect(installVariant(other.unpinned, 'int8', other.open())).rejects.toMatchObject({
    code: 'unknown_model',
    message: expect.stringContaining('holds no Whisper or Toy model') as string,
  });
});
