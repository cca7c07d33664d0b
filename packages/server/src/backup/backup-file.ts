import { randomBytes } from 'node:crypto';
import { open as openFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { z } from 'zod';
import { ConfigError } from '../config/config-error.js';
import { RequestError } from '../errors.js';
import type { MasterKeys } from '../records/master-keys.js';
import { open, seal } from '../records/seal.js';
import { KEY_BYTES } from '../storage/seal.js';
import { syncFolder } from '../storage/durable-files.js';

/** The first line of a backup, in plain text. */
const header = z.object({
  format: z.literal('auscult-backup'),
  version: z.literal(1),
  /** The newest step of the schema of the rows. */
  schema: z.string(),
  createdAt: z.string(),
  masterKeyId: z.string(),
  /** The key of the backup, encrypted with that master key. */
  wrappedKey: z.base64(),
});

export type BackupHeader = Readonly<z.output<typeof header>>;

/** A row of a table; bytes as `{"base64": …}`. */
const line = z.object({ table: z.string(), row: z.record(z.string(), z.unknown()) });
const bytes = z.strictObject({ base64: z.base64() });

export interface BackupRow {
  readonly table: string;
  readonly row: Readonly<Record<string, unknown>>;
}

const BLOCK_BYTES = 65_536;
const LENGTH_BYTES = 4;
const LONGEST_HEADER = 4096;

/**
 * Writes rows into a new file: a header line, then compressed lines of JSON in encrypted blocks. Each block is bound
 * to its place, and the last one is marked, so that any cutting, swapping or change is noticed.
 */
export async function writeBackup(
  path: string,
  masterKeys: MasterKeys,
  schema: string,
  rows: AsyncIterable<BackupRow>,
): Promise<void> {
  const key = randomBytes(KEY_BYTES);
  const master = masterKeys.current();
  const first: BackupHeader = {
    format: 'auscult-backup',
    version: 1,
    schema,
    createdAt: new Date().toISOString(),
    masterKeyId: master.id,
    wrappedKey: seal(master.bytes, key, ['backup', master.id]).toString('base64'),
  };
  const file = await openFile(path, 'wx', 0o600);
  try {
    await file.writeFile(`${JSON.stringify(first)}\n`);
    await pipeline(
      Readable.from(linesOf(rows)),
      createGzip(),
      (chunks: AsyncIterable<Buffer>) => sealBlocks(chunks, key),
      async (blocks: AsyncIterable<Buffer>) => {
        for await (const block of blocks) await file.writeFile(block);
      },
    );
    await file.sync();
    syncFolder(dirname(path));
  } finally {
    key.fill(0);
    await file.close();
  }
}

/**
 * Opens a backup. The rows may be used only if all of them can be read: a damaged backup fails in the middle.
 * @throws {ConfigError} if it is no backup, or its master key is not there
 */
export async function readBackup(
  path: string,
  masterKeys: MasterKeys,
): Promise<{ readonly header: BackupHeader; readonly rows: AsyncIterable<BackupRow> }> {
  const file = await openFile(path, 'r');
  const { first, length } = await readHeader(file, path);
  const master = await masterKeys.find(first.masterKeyId);
  if (master === undefined) {
    await file.close();
    throw new ConfigError(
      `the master key ${first.masterKeyId} that ${path} is encrypted with is not in ${masterKeys.source}.`,
      'Put it there, behind the current one.',
    );
  }
  const key = open(master.bytes, Buffer.from(first.wrappedKey, 'base64'), ['backup', master.id]);
  return { header: first, rows: rowsOf(file, length, key, path) };
}

type FileHandle = Awaited<ReturnType<typeof openFile>>;

async function readHeader(file: FileHandle, path: string): Promise<{ first: BackupHeader; length: number }> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(LONGEST_HEADER), 0, LONGEST_HEADER, 0);
  const length = buffer.subarray(0, bytesRead).indexOf('\n') + 1;
  try {
    return { first: header.parse(JSON.parse(buffer.toString('utf8', 0, length))), length };
  } catch {
    await file.close();
    throw new ConfigError(`${path} is no backup of Auscult.`, 'Name a file that `auscult backup` wrote.');
  }
}

async function* linesOf(rows: AsyncIterable<BackupRow>): AsyncGenerator<string> {
  for await (const { table, row } of rows) {
    const plain = Object.entries(row).map(([name, value]) => [
      name,
      Buffer.isBuffer(value) ? { base64: value.toString('base64') } : value,
    ]);
    yield `${JSON.stringify({ table, row: Object.fromEntries(plain) as object })}\n`;
  }
}

async function* sealBlocks(chunks: AsyncIterable<Buffer>, key: Buffer): AsyncGenerator<Buffer> {
  let waiting = Buffer.alloc(0);
  let index = 0;
  for await (const chunk of chunks) {
    waiting = Buffer.concat([waiting, chunk]);
    while (waiting.length > BLOCK_BYTES) {
      yield sealBlock(key, waiting.subarray(0, BLOCK_BYTES), index, 'more');
      waiting = waiting.subarray(BLOCK_BYTES);
      index += 1;
    }
  }
  yield sealBlock(key, waiting, index, 'last');
}

type BlockMark = 'more' | 'last';

function sealBlock(key: Buffer, plain: Buffer, index: number, mark: BlockMark): Buffer {
  const sealed = seal(key, plain, ['backup', index, mark]);
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(sealed.length);
  return Buffer.concat([length, sealed]);
}

async function* rowsOf(
  file: FileHandle,
  start: number,
  key: Buffer,
  path: string,
): AsyncGenerator<BackupRow> {
  try {
    const gunzip = createGunzip();
    // A failure on the way ends the last stream with its error.
    const done = pipeline(Readable.from(openBlocks(file, start, key)), gunzip).catch(() => undefined);
    for await (const json of splitLines(gunzip)) yield parseLine(json);
    await done;
  } catch (error) {
    // `zlib` fails with codes of its own if the stream ends too early.
    // Errors of parsers quote what they could not read.
    if (error instanceof RequestError || isBrokenStream(error) || isNoRow(error))
      throw new ConfigError(`${path} is damaged or was tampered with.`, 'Restore another backup.');
    throw error;
  } finally {
    key.fill(0);
    await file.close();
  }
}

async function* splitLines(text: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of text) {
    const lines = (rest + decoder.write(chunk)).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}

async function* openBlocks(file: FileHandle, start: number, key: Buffer): AsyncGenerator<Buffer> {
  const { size } = await file.stat();
  let at = start;
  for (let index = 0; at < size; index++) {
    const length = (await readAt(file, at, LENGTH_BYTES)).readUInt32BE();
    if (length > BLOCK_BYTES * 2) throw new RequestError('record_damaged');
    const sealed = await readAt(file, at + LENGTH_BYTES, length);
    at += LENGTH_BYTES + length;
    yield open(key, sealed, ['backup', index, at < size ? 'more' : 'last']);
  }
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  if (bytesRead < length) throw new RequestError('record_damaged');
  return buffer;
}

function isBrokenStream(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^(Z_|ERR_STREAM)/.test(String(error.code));
}

function isNoRow(error: unknown): boolean {
  return error instanceof SyntaxError || error instanceof z.ZodError;
}

function parseLine(json: string): BackupRow {
  const { table, row } = line.parse(JSON.parse(json));
  const values = Object.entries(row).map(([name, value]) => {
    const sealed = bytes.safeParse(value);
    return [name, sealed.success ? Buffer.from(sealed.data.base64, 'base64') : value];
  });
  return { table, row: Object.fromEntries(values) as Record<string, unknown> };
}
