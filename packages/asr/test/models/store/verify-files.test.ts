import { mkdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { verifyFiles } from '../../../src/models/store/verify-files.js';
import { sha256 } from './hub.js';
import { makeFolder } from './store-fixture.js';

const LARGE = Buffer.alloc(17 * 1024 ** 2, 1);
const SMALL = Buffer.from('{}');

test('files are compared with their recorded hashes', async () => {
  const { folder, files } = await makeFiles();
  expect(await verifyFiles(folder, files, false)).toEqual({ missing: [], damaged: [] });
  await writeFile(path.join(folder, 'small.json'), '[]');
  await rm(path.join(folder, 'onnx/large.onnx'));
  expect(await verifyFiles(folder, files, false)).toEqual({
    missing: ['onnx/large.onnx'],
    damaged: ['small.json'],
  });
});

test('a large file is read again only when it has changed or on request', async () => {
  const { folder, files } = await makeFiles();
  const large = path.join(folder, 'onnx/large.onnx');
  await verifyFiles(folder, files, false);
  const { atime, mtime } = await stat(large);

  await writeFile(large, Buffer.alloc(LARGE.length, 2));
  await utimes(large, atime, mtime);
  expect(await verifyFiles(folder, files, false)).toEqual({ missing: [], damaged: [] });
  expect(await verifyFiles(folder, files, true)).toEqual({ missing: [], damaged: ['onnx/large.onnx'] });

  await utimes(large, atime, new Date(mtime.getTime() + 1_000));
  expect(await verifyFiles(folder, files, false)).toEqual({ missing: [], damaged: ['onnx/large.onnx'] });
});

test('a changed record makes another file expected', async () => {
  const { folder, files } = await makeFiles();
  await verifyFiles(folder, files, false);
  const expected = new Map(files).set('onnx/large.onnx', { bytes: LARGE.length, sha256: '0'.repeat(64) });
  expect(await verifyFiles(folder, expected, false)).toEqual({ missing: [], damaged: ['onnx/large.onnx'] });
});

async function makeFiles() {
  const folder = await makeFolder();
  await mkdir(path.join(folder, 'onnx'));
  await writeFile(path.join(folder, 'onnx/large.onnx'), LARGE);
  await writeFile(path.join(folder, 'small.json'), SMALL);
  // A time of change that can be set again to the nanosecond.
  const then = new Date(1_700_000_000_000);
  await utimes(path.join(folder, 'onnx/large.onnx'), then, then);
  const files = new Map([
    ['onnx/large.onnx', { bytes: LARGE.length, sha256: sha256(LARGE) }],
    ['small.json', { bytes: SMALL.length, sha256: sha256(SMALL) }],
  ]);
  return { folder, files };
}
