import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { findPreparedGraphs, storePreparedGraphs } from '../../src/models/prepared-graphs.js';
import { makeFolder } from '../support/real-recognizer.js';

const FINGERPRINT = 'a'.repeat(64) + 'b'.repeat(64);

/** Stands for preparation: the cache does not look into graphs. */
async function write({ encoder, decoder }: { readonly encoder: string; readonly decoder: string }) {
  await writeFile(encoder, 'an encoder');
  await writeFile(decoder, 'a decoder');
}

let cache: string;
beforeEach(async () => {
  cache = await makeFolder();
  onTestFinished(() => rm(cache, { recursive: true }));
});

test('stored graphs are found by model and weight format', async () => {
  const stored = await storePreparedGraphs(cache, FINGERPRINT, 'int8', write);
  expect(await findPreparedGraphs(cache, FINGERPRINT, 'int8')).toEqual(stored);
  expect(await readFile(stored.decoderPath, 'utf8')).toBe('a decoder');
  expect(await findPreparedGraphs(cache, FINGERPRINT, 'uint8')).toBeUndefined();
  expect(await findPreparedGraphs(cache, 'c'.repeat(128), 'int8')).toBeUndefined();
});

test('damaged graphs are not found, and replaced', async () => {
  const { encoderPath } = await storePreparedGraphs(cache, FINGERPRINT, 'int8', write);
  await writeFile(encoderPath, 'an encoder, altered');
  expect(await findPreparedGraphs(cache, FINGERPRINT, 'int8')).toBeUndefined();
  await storePreparedGraphs(cache, FINGERPRINT, 'int8', write);
  expect(await findPreparedGraphs(cache, FINGERPRINT, 'int8')).toBeDefined();
  expect(await readFile(encoderPath, 'utf8')).toBe('an encoder');
});

test('graphs with damaged weights beside them are not found', async () => {
  const { decoderPath } = await storePreparedGraphs(cache, FINGERPRINT, 'int8', async (files) => {
    await write(files);
    await writeFile(`${files.decoder}.packed`, 'weights');
  });
  await writeFile(`${decoderPath}.packed`, 'weighty');
  expect(await findPreparedGraphs(cache, FINGERPRINT, 'int8')).toBeUndefined();
  await rm(`${decoderPath}.packed`);
  expect(await findPreparedGraphs(cache, FINGERPRINT, 'int8')).toBeUndefined();
});

test('intact graphs, which another process may be reading, are not replaced', async () => {
  const { decoderPath } = await storePreparedGraphs(cache, FINGERPRINT, 'int8', write);
  const before = await stat(decoderPath);
  await storePreparedGraphs(cache, FINGERPRINT, 'int8', write);
  expect((await stat(decoderPath)).ino).toBe(before.ino);
});

test('concurrent stores leave one copy and no drafts', async () => {
  const stores = Array.from({ length: 20 }, () => storePreparedGraphs(cache, FINGERPRINT, 'int8', write));
  const placed = await Promise.all(stores);
  expect(new Set(placed.map(({ decoderPath }) => path.dirname(decoderPath))).size).toBe(1);
  expect(await findPreparedGraphs(cache, FINGERPRINT, 'int8')).toEqual(placed[0]);
  expect(await readdir(path.join(cache, 'graphs'))).toHaveLength(1);
});
