import { randomBytes } from 'node:crypto';
import { mkdtemp, open, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createSealedFile, type SealedFile } from '../../src/storage/sealed-file.js';
import { openPathsUnder } from '../support/open-files.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'auscult-sealed-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

test('bytes appended in any pieces are read back from any place', async () => {
  const bytes = randomBytes(300_000);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 90_000 }), { minLength: 1 }),
      fc.nat(bytes.length),
      fc.nat(bytes.length),
      async (sizes, one, other) => {
        const file = await createSealedFile(folder);
        await appendAll(file, bytes, sizes);
        expect(file.size).toBe(bytes.length);
        const [start, end] = [Math.min(one, other), Math.max(one, other)];
        expect((await gather(file, start, end)).equals(bytes.subarray(start, end))).toBe(true);
        await file.remove();
      },
    ),
    { numRuns: 30 },
  );
});

test('an empty file is empty', async () => {
  const file = await create();
  await file.finish();
  expect(await gather(file, 0, 10)).toHaveLength(0);
});

test('the file on disk has no name, no readable byte and no reader but its owner', async () => {
  const file = await create();
  const secret = Buffer.from('shortness of breath since Tuesday. '.repeat(4000));
  await file.append(secret);
  await file.finish();
  expect(await readdir(folder)).toEqual([]);
  const [path] = await openPathsUnder(folder);
  if (path === undefined) throw new Error('the file is not open');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  const handle = await open(path);
  const raw = await handle.readFile();
  await handle.close();
  expect(raw.length).toBeGreaterThan(secret.length);
  expect(raw.includes('breath')).toBe(false);
});

test('bytes that were changed on disk are refused', async () => {
  const file = await create();
  await file.append(randomBytes(200_000));
  await file.finish();
  const [path = ''] = await openPathsUnder(folder);
  const handle = await open(path, 'r+');
  await handle.write(Buffer.from([1, 2, 3, 4]), 0, 4, 100_000);
  await handle.close();
  expect(await gather(file, 0, 65_536)).toHaveLength(65_536);
  await expect(gather(file, 0, 200_000)).rejects.toThrow();
});

test('a removed file frees its space and can no longer be read or written', async () => {
  const file = await createSealedFile(folder);
  await file.append(randomBytes(100_000));
  await Promise.all([file.remove(), file.remove()]);
  expect(await openPathsUnder(folder)).toEqual([]);
  await expect(gather(file, 0, 10)).rejects.toThrow();
  await expect(file.append(randomBytes(100_000))).rejects.toThrow();
});

test('a folder that cannot be written is reported', async () => {
  await expect(createSealedFile('/dev/null/spool')).rejects.toMatchObject({ code: 'ENOTDIR' });
});

async function create(): Promise<SealedFile> {
  const file = await createSealedFile(folder);
  onTestFinished(() => file.remove());
  return file;
}

async function appendAll(file: SealedFile, bytes: Buffer, sizes: readonly number[]): Promise<void> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    // Without waiting: what is appended must come in order all the same.
    void file.append(bytes.subarray(at, at + size));
    at += size;
  }
  await file.finish();
}

async function gather(file: SealedFile, start: number, end: number): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of file.read(start, end)) pieces.push(piece);
  return Buffer.concat(pieces);
}
