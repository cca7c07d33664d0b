import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { open, readFile, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { z } from 'zod';
import { ConfigError } from '../config/config-error.js';
import type { Config } from '../config/schema.js';
import { withFileLock } from '../storage/file-lock.js';
import { syncFolder } from '../storage/durable-files.js';
import { isMissing } from '../error-code.js';
import type { MasterKeys } from './master-keys.js';
import { KEY_BYTES } from '../storage/seal.js';

/** A line of the list: a destroyed session, and an authentication code over it and the code of the line before. */
const listed = z.object({
  session: z.string(),
  /** The master key that the code is made with. */
  masterKeyId: z.string(),
  code: z.hex().length(64),
});

type Listed = z.output<typeof listed>;

/** The name of the list in a data directory, by which `auscult restore` finds it. */
export const DESTROYED_LIST = 'destroyed-sessions.jsonl';

/** The path of a server's list. The list is outside the database and in no backup, so that it outlives both. */
export function destroyedListPath({ dataDirectory }: Pick<Config, 'dataDirectory'>): string {
  return join(dataDirectory, DESTROYED_LIST);
}

/** Lines that are checked before the event loop gets a turn. */
const LINES_A_TURN = 200;

/** Adds sessions to the list. Resolves once they are on disk. */
export async function addToDestroyedList(
  path: string,
  masterKeys: MasterKeys,
  sessionIds: readonly string[],
): Promise<void> {
  if (sessionIds.length === 0) return;
  await withFileLock(path, async () => {
    const { last, end } = await tailOf(path);
    await append(path, end, linesFor(sessionIds, last?.code, masterKeys));
  });
}

/**
 * The sessions in the list at `path`; undefined if there is no list.
 * @throws {ConfigError} if a line was changed, removed from the middle, or made by somebody without the master key
 */
export async function readDestroyedList(
  path: string,
  masterKeys: MasterKeys,
): Promise<ReadonlySet<string> | undefined> {
  const text = await textAt(path);
  if (text === undefined) return undefined;
  const keyOf = keysById(masterKeys, path);
  const sessions = new Set<string>();
  let before: string | undefined;
  for (const [index, line] of text.split('\n').slice(0, -1).entries()) {
    const { session, masterKeyId, code } = parse(line, path);
    const expected = codeOf(await keyOf(masterKeyId), session, before);
    if (!timingSafeEqual(Buffer.from(code, 'hex'), Buffer.from(expected, 'hex'))) throw notTheList(path);
    sessions.add(session);
    before = code;
    if (index % LINES_A_TURN === 0) await turn();
  }
  return sessions;
}

/** More than the length of any line, which has a session's id, a master key's id and a code, bytes. */
const LONGEST_LINE = 4096;

/**
 * The last complete line and where it ends. A crash may have cut off the line after it; nobody was told that that one was
 * written.
 */
async function tailOf(path: string): Promise<{ readonly last: Listed | undefined; readonly end: number }> {
  const file = await openIfThere(path);
  if (file === undefined) return { last: undefined, end: 0 };
  try {
    const { size } = await file.stat();
    const start = Math.max(0, size - LONGEST_LINE);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(LONGEST_LINE), 0, LONGEST_LINE, start);
    const tail = buffer.subarray(0, bytesRead);
    const whole = tail.subarray(0, tail.lastIndexOf(NEWLINE) + 1);
    const line = whole.toString('utf8').trimEnd().split('\n').at(-1);
    return { last: line ? parse(line, path) : undefined, end: start + whole.length };
  } finally {
    await file.close();
  }
}

const NEWLINE = 0x0a;

function parse(line: string, path: string): Listed {
  try {
    return listed.parse(JSON.parse(line));
  } catch {
    throw notTheList(path);
  }
}

function keysById(masterKeys: MasterKeys, path: string): (masterKeyId: string) => Promise<Buffer> {
  const known = new Map<string, Buffer>();
  return async (id) => {
    const key = known.get(id);
    if (key !== undefined) return key;
    const master = await masterKeys.find(id);
    if (master === undefined)
      throw new ConfigError(
        `the master key ${id} that ${path} is checked with is not in ${masterKeys.source}.`,
        'Put it there, behind the current one.',
      );
    const derived = keyFrom(master.bytes);
    known.set(id, derived);
    return derived;
  };
}

function linesFor(sessionIds: readonly string[], last: string | undefined, masterKeys: MasterKeys): string {
  const { id: masterKeyId, bytes } = masterKeys.current();
  const key = keyFrom(bytes);
  let before = last;
  return sessionIds
    .map((session) => {
      const entry: Listed = { session, masterKeyId, code: codeOf(key, session, before) };
      before = entry.code;
      return `${JSON.stringify(entry)}\n`;
    })
    .join('');
}

async function append(path: string, end: number, lines: string): Promise<void> {
  const there = await openIfThere(path);
  const file = there ?? (await open(path, 'wx', 0o600));
  try {
    await file.truncate(end);
    await writeAt(file, Buffer.from(lines), end);
    await file.sync();
  } finally {
    await file.close();
  }
  if (there === undefined) syncFolder(dirname(path));
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r+');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function writeAt(file: FileHandle, bytes: Buffer, start: number): Promise<void> {
  for (let at = 0; at < bytes.length;)
    at += (await file.write(bytes, at, bytes.length - at, start + at)).bytesWritten;
}

/** Derives a key for this list only, so that its codes are of no use elsewhere. */
function keyFrom(masterKey: Uint8Array): Buffer {
  return Buffer.from(hkdfSync('sha256', masterKey, '', 'auscult list of destroyed sessions', KEY_BYTES));
}

function codeOf(key: Buffer, session: string, before: string | undefined): string {
  return createHmac('sha256', key)
    .update(JSON.stringify([before ?? null, session]))
    .digest('hex');
}

function notTheList(path: string): ConfigError {
  return new ConfigError(
    `${path} is damaged or was tampered with: it does not tell for certain which sessions were destroyed.`,
    'Put it back from where it was copied to; to restore without it, move it away and name another list with --destroyed-from.',
  );
}

async function textAt(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
