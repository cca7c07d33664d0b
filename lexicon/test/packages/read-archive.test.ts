import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { strToU8, zipSync } from 'fflate';
import { pack } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fetchPackage } from '../../src/packages/fetch-package.js';
import { readArchive } from '../../src/packages/read-archive.js';

const wheel = zipSync({
  'mesh/names.tsv': strToU8('D1\tAorta'),
  'mesh/abbreviations.json.gz': gzipSync('{"MI":["myocardial infarction"]}'),
  'mesh/code.py': strToU8('pass'),
});

describe('readArchive', () => {
  test('reads the wanted files of a wheel, and decompresses gzipped ones', async () => {
    const files = await readArchive(wheel, (path) => !path.endsWith('.py'));
    expect([...files]).toEqual([
      ['mesh/abbreviations.json.gz', '{"MI":["myocardial infarction"]}'],
      ['mesh/names.tsv', 'D1\tAorta'],
    ]);
  });

  test('reads the wanted files of an npm package', async () => {
    const tar = pack();
    tar.entry({ name: 'package/dict/data.noun' }, 'nouns');
    tar.entry({ name: 'package/README.md' }, 'read me');
    tar.finalize();
    const chunks: Uint8Array[] = [];
    for await (const chunk of tar as AsyncIterable<Uint8Array>) chunks.push(chunk);
    const files = await readArchive(gzipSync(Buffer.concat(chunks)), (path) => path.includes('/dict/'));
    expect([...files]).toEqual([['package/dict/data.noun', 'nouns']]);
  });
});

describe('fetchPackage', () => {
  const sha256 = createHash('sha256').update(wheel).digest('hex');
  const pinned = { registry: 'pypi', name: 'mesh', version: '1.0', sha256 } as const;
  let directory = '';
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'lexicon-'));
    await mkdir(join(directory, 'mesh-1.0'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  test('returns the archive in the folder', async () => {
    await writeFile(join(directory, 'mesh-1.0', 'mesh.whl'), wheel);
    expect(Buffer.from(await fetchPackage(pinned, directory))).toEqual(Buffer.from(wheel));
  });

  test('refuses an archive other than the pinned one', async () => {
    await writeFile(join(directory, 'mesh-1.0', 'mesh.whl'), 'something else');
    await expect(fetchPackage(pinned, directory)).rejects.toThrow(`in place of ${sha256}`);
  });

  test('refuses a folder with more than one archive', async () => {
    await writeFile(join(directory, 'mesh-1.0', 'a.whl'), wheel);
    await writeFile(join(directory, 'mesh-1.0', 'b.whl'), wheel);
    await expect(fetchPackage(pinned, directory)).rejects.toThrow('Delete the folder and run this again.');
  });
});
