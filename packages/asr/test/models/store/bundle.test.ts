import { createReadStream, createWriteStream } from 'node:fs';
import { copyFile, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { finished, pipeline } from 'node:stream/promises';
import { extract, pack } from 'tar-stream';
import { describe, expect, test } from 'vitest';
import { importBundle } from '../../../src/models/store/import-bundle.js';
import { installVariant } from '../../../src/models/store/install-variant.js';
import { exportModels, importModels } from '../../../src/models/move-models.js';
import { verifyModel } from '../../../src/models/verify-model.js';
import { expectRefusal } from './expect-refusal.js';
import {
  CONFIGURATION,
  DECODER,
  ENCODER,
  filesBelow,
  makeFixture,
  makeFolder,
  REPOSITORY,
  REVISION,
} from './store-fixture.js';

describe('a bundle', () => {
  test('brings a model to a store without a network, with all that is known of it', async () => {
    const { bundle, fixture } = await makeBundle();
    const offline = { directory: await makeFolder(), offline: true };
    expect(await importModels(bundle, offline)).toEqual([
      { name: REPOSITORY, revision: REVISION, variants: ['int8'] },
    ]);
    const { folder } = await installVariant(fixture.unpinned, 'int8', { ...fixture.open(), ...offline });
    for (const file of [...CONFIGURATION, ENCODER, DECODER]) {
      expect(fixture.content.files.get(file)?.equals(await readFile(path.join(folder, file)))).toBe(true);
    }
    expect(await verifyModel(REPOSITORY, { store: offline })).toEqual(['int8']);
    // Twice does no harm.
    await importModels(bundle, offline);
    expect((await filesBelow(offline.directory)).filter((file) => file.includes('.import'))).toEqual([]);
  });

  test('of the same models is the same, byte by byte', async () => {
    const { bundle, fixture } = await makeBundle();
    const again = `${bundle}.again`;
    const { bytes } = await exportModels([REPOSITORY, REPOSITORY], again, { store: fixture.open() });
    expect(bytes).toBe((await stat(bundle)).size);
    expect((await readFile(again)).equals(await readFile(bundle))).toBe(true);
  });

  test('is not made of a model that is damaged or missing', async () => {
    const { bundle, fixture } = await makeBundle();
    const { folder } = await installVariant(fixture.unpinned, 'int8', fixture.open());
    await writeFile(path.join(folder, ENCODER), 'altered');
    const target = `${bundle}.damaged`;
    await expect(exportModels([REPOSITORY], target, { store: fixture.open() })).rejects.toMatchObject({
      code: 'model_corrupt',
    });
    await expect(exportModels(['whisper-tiny'], target, { store: fixture.open() })).rejects.toMatchObject({
      code: 'model_missing',
    });
    await expect(exportModels(['moonshine-base'], target, { store: fixture.open() })).rejects.toMatchObject({
      code: 'model_built_in',
    });
    await expect(stat(target)).rejects.toThrow('ENOENT');
  });
});

describe('a bundle is refused, and nothing of it is kept,', () => {
  test.each<[string, Change, string]>([
    [
      'with an altered file',
      changeFile(ENCODER, (bytes) => bytes.fill((bytes[100] ?? 0) ^ 0xff, 100, 101)),
      'altered',
    ],
    [
      'with a file of another length',
      changeFile(ENCODER, (bytes) => bytes.subarray(1)),
      'not what the index says',
    ],
    [
      'without one of its files',
      ({ entries }) => entries.filter(({ name }) => !name.endsWith(DECODER)),
      DECODER,
    ],
    [
      'with a path that leads out of it',
      ({ entries }) => [...entries, { name: '../../../../escaped', bytes: Buffer.from('out') }],
      'does not name',
    ],
    [
      'with an index that leads out of it',
      changeIndex((text) => text.replaceAll(DECODER, `../${DECODER}`)),
      'is not what this version',
    ],
    [
      'with a revision that leads out of it',
      changeIndex((text) => text.replaceAll(REVISION, '../../../../escaped')),
      'is not what this version',
    ],
    [
      'with a repository that leads out of it',
      changeIndex((text) => text.replaceAll(REPOSITORY, '../escaped')),
      'is not what this version',
    ],
    [
      "with a file that would take the place of the store's own",
      changeIndex((text) => text.replaceAll('tokenizer.json', 'manifest.json')),
      'is not what this version',
    ],
    ['without an index', ({ entries }) => entries.slice(1), 'does not begin with'],
    [
      'with a link in place of a file',
      ({ entries }) =>
        entries.map((entry) => (entry.name.endsWith(ENCODER) ? { ...entry, link: '/etc/hostname' } : entry)),
      'not what the index says',
    ],
  ])('%s', async (_what, change, why) => {
    const { bundle } = await makeBundle();
    const changed = await rewrite(bundle, change);
    // Deep enough for every way out to end in it.
    const outside = await makeFolder();
    const directory = path.join(outside, 'store', 'of', 'models');
    await expectRefusal(importModels(changed, { directory, offline: true }), {
      code: 'bundle_refused',
      message: [why],
      remedy: ['models export'],
    });
    expect(await filesBelow(outside)).toEqual([]);
  });

  test.each<[string, (bundle: string) => Promise<void>, string]>([
    ['that is cut off', async (bundle) => truncate(bundle, 700_000), 'cut off'],
    ['that is no archive', async (bundle) => writeFile(bundle, 'x'.repeat(5_000)), 'not a tar archive'],
    ['that is empty', async (bundle) => truncate(bundle, 0), 'holds no'],
  ])('%s', async (_what, spoil, why) => {
    const { bundle } = await makeBundle();
    await spoil(bundle);
    const directory = await makeFolder();
    await expectRefusal(importModels(bundle, { directory, offline: true }), {
      code: 'bundle_refused',
      message: [why],
      remedy: ['models export'],
    });
    expect(await filesBelow(directory)).toEqual([]);
  });

  test('that is not there', async () => {
    const directory = await makeFolder();
    await expectRefusal(importModels(path.join(directory, 'none.tar'), { directory, offline: true }), {
      code: 'bundle_refused',
      message: ['cannot be read'],
      remedy: [],
    });
  });

  test('with another revision or other files than those in use here', async () => {
    const { bundle } = await makeBundle();
    const other = await makeFixture();
    await installVariant(other.unpinned, 'int8', other.open());
    await expectRefusal(importModels(bundle, other.open()), {
      code: 'bundle_refused',
      message: ['differs from the one that is known'],
      remedy: [],
    });
    const moved = await makeFixture();
    moved.content.revision = 'e'.repeat(40);
    await installVariant(moved.unpinned, 'int8', moved.open());
    await expectRefusal(importModels(bundle, moved.open()), {
      code: 'bundle_refused',
      message: [REVISION, 'e'.repeat(40)],
      remedy: [],
    });
  });

  test('with files of a catalog model that differ from the pinned ones', async () => {
    const { bundle } = await makeBundle();
    const changed = await rewrite(
      bundle,
      changeIndex((text) => text.replaceAll(REPOSITORY, 'onnx-community/whisper-tiny')),
    );
    await expectRefusal(importModels(changed, { directory: await makeFolder(), offline: true }), {
      code: 'bundle_refused',
      message: ['onnx-community/whisper-tiny', REVISION],
      remedy: [],
    });
  });

  test('for which there is no room', async () => {
    const { bundle, fixture } = await makeBundle();
    const directory = await makeFolder();
    const store = { ...fixture.open({ freeBytes: () => Promise.resolve(1_000_000) }), directory };
    await expectRefusal(importBundle(bundle, store), {
      code: 'disk_full',
      message: ['1 MB are free'],
      remedy: ['--model-directory'],
    });
    expect(await filesBelow(directory)).toEqual([]);
  });
});

interface BundleEntry {
  readonly name: string;
  readonly bytes: Buffer;
  readonly link?: string;
}

type Change = (bundle: { readonly entries: readonly BundleEntry[] }) => readonly BundleEntry[];

/** A bundle of one model without pins, and where it was made. */
async function makeBundle() {
  const fixture = await makeFixture();
  await installVariant(fixture.unpinned, 'int8', fixture.open());
  const bundle = path.join(await makeFolder(), 'models.tar');
  await exportModels([REPOSITORY], bundle, { store: fixture.open() });
  return { bundle, fixture };
}

function changeFile(file: string, change: (bytes: Buffer) => Buffer): Change {
  return ({ entries }) =>
    entries.map((entry) => (entry.name.endsWith(file) ? { ...entry, bytes: change(entry.bytes) } : entry));
}

function changeIndex(change: (text: string) => string): Change {
  return ({ entries: [index, ...files] }) =>
    index ? [{ ...index, bytes: Buffer.from(change(index.bytes.toString())) }, ...files] : [];
}

async function rewrite(bundle: string, change: Change): Promise<string> {
  await copyFile(bundle, `${bundle}.copy`);
  const entries: BundleEntry[] = [];
  const reader = extract();
  const reading = pipeline(createReadStream(`${bundle}.copy`), reader);
  for await (const entry of reader) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry as AsyncIterable<Buffer>) chunks.push(chunk);
    entries.push({ name: entry.header.name, bytes: Buffer.concat(chunks) });
  }
  await reading;
  const archive = pack();
  const file = createWriteStream(`${bundle}.changed`);
  archive.pipe(file);
  for (const { name, bytes, link } of change({ entries })) {
    if (link === undefined) archive.entry({ name }, bytes);
    else archive.entry({ name, type: 'symlink', linkname: link });
  }
  archive.finalize();
  await finished(file);
  return `${bundle}.changed`;
}
