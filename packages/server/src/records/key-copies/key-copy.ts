import { randomUUID } from 'node:crypto';
import { open, readFile, realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { z } from 'zod';
import { ConfigError } from '../../config/config-error.js';
import type { Config } from '../../config/schema.js';
import { isMissing } from '../../error-code.js';
import type { WrappedKey } from '../data-keys.js';

const copiedKey = z.object({ masterKeyId: z.string(), wrapped: z.base64() });

const keyCopy = z.object({
  version: z.literal(1),
  /** Tells the copies of several servers apart; copies by older versions have none. */
  id: z.string().optional(),
  /** Sessions whose keys were destroyed. */
  destroyed: z.array(z.string()),
  /** By session. */
  keys: z.record(z.string(), copiedKey),
});

type CopiedKey = z.output<typeof copiedKey>;

/** The data keys with which backups are read, encrypted as in the database. */
export interface KeyCopy {
  readonly id: string;
  readonly keys: ReadonlyMap<string, CopiedKey>;
  readonly destroyed: ReadonlySet<string>;
}

/** The path of the file with the encrypted data keys with which backups are read. */
export function keyCopyPath({
  dataKeyCopy,
  dataDirectory,
}: Pick<Config, 'dataKeyCopy' | 'dataDirectory'>): string {
  return resolve(dataKeyCopy ?? join(dataDirectory, 'data-keys.json'));
}

/** The real path of a copy: a file renamed over a symbolic link would leave the keys in the file that the link points to. */
export async function placeOfCopy(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (isMissing(error)) return path;
    throw error;
  }
}

/** A new, empty copy. */
export function emptyCopy(): KeyCopy {
  return { id: randomUUID(), keys: new Map(), destroyed: new Set() };
}

/** A key as it stands in the copy. */
export function copied({ master_key_id: masterKeyId, wrapped }: WrappedKey): CopiedKey {
  return { masterKeyId, wrapped: wrapped.toString('base64') };
}

/** Entries that are read or written before the event loop gets a turn: a copy can hold a million. */
const ENTRIES_A_TURN = 200;

/**
 * The text of the file, in parts. It leaves out the keys of the sessions that are `gone`, and notes these as destroyed. It is
 * JSON with one entry a line, so that it can be read and written piece by piece.
 */
export async function* textOfCopy(
  { id, keys, destroyed }: KeyCopy,
  gone: ReadonlySet<string>,
): AsyncGenerator<string> {
  yield `{"version":1,"id":${JSON.stringify(id)},"destroyed":[`;
  yield* inTurns(both(destroyed, gone), (session) => JSON.stringify(session));
  yield `\n],"keys":{`;
  yield* inTurns(keys, ([session, key]) =>
    gone.has(session) ? undefined : `${JSON.stringify(session)}:${JSON.stringify(key)}`,
  );
  yield '\n}}\n';
}

/**
 * The copy at `path`; undefined if there is no file.
 * @throws {ConfigError} if the file is no copy
 */
export async function readCopy(path: string): Promise<KeyCopy | undefined> {
  const bytes = await bytesAt(path);
  if (bytes === undefined) return undefined;
  try {
    return (await readLines(bytes)) ?? readWhole(bytes.toString('utf8'));
  } catch {
    throw new ConfigError(`${path} is no copy of data keys.`, 'Name another file with --data-key-copy.');
  }
}

/** The name of the copy at `path`, found without reading all of it; undefined if there is no copy, or it has no name. */
export async function idOfCopy(path: string): Promise<string | undefined> {
  let file;
  try {
    file = await open(path, 'r');
  } catch {
    return undefined;
  }
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(LONGEST_HEAD), 0, LONGEST_HEAD, 0);
    return HEAD.exec(buffer.toString('utf8', 0, bytesRead))?.[1];
  } finally {
    await file.close();
  }
}

/**
 * The keys in the copy at `path`, for restoring.
 * @throws {ConfigError} if there is no file, or it is no copy
 */
export async function readKeyCopy(
  path: string,
): Promise<{ readonly keys: ReadonlyMap<string, WrappedKey>; readonly destroyed: ReadonlySet<string> }> {
  const copy = await readCopy(path);
  if (copy === undefined)
    throw new ConfigError(
      `there is no copy of data keys at ${path}.`,
      'Name the file that was written beside the backups with --data-key-copy.',
    );
  const keys = [...copy.keys]
    .filter(([id]) => !copy.destroyed.has(id))
    .map(
      ([id, { masterKeyId, wrapped }]) =>
        [id, { master_key_id: masterKeyId, wrapped: Buffer.from(wrapped, 'base64') }] as const,
    );
  return { keys: new Map(keys), destroyed: copy.destroyed };
}

const HEAD = /^\{"version":1,"id":"([\w-]+)","destroyed":\[/;
const LONGEST_HEAD = 200;

function* both(destroyed: ReadonlySet<string>, gone: ReadonlySet<string>): Generator<string> {
  yield* destroyed;
  for (const id of gone) if (!destroyed.has(id)) yield id;
}

/** The lines of entries, with turns of the event loop between them. Leaves out entries for which `write` returns undefined. */
async function* inTurns<Entry>(
  entries: Iterable<Entry>,
  write: (entry: Entry) => string | undefined,
): AsyncGenerator<string> {
  let lines: string[] = [];
  let isFirst = true;
  for (const entry of entries) {
    const line = write(entry);
    if (line === undefined) continue;
    lines.push(`${isFirst ? '\n' : ',\n'}${line}`);
    isFirst = false;
    if (lines.length < ENTRIES_A_TURN) continue;
    yield lines.join('');
    lines = [];
    await turn();
  }
  yield lines.join('');
}

const LINE_OF_DESTROYED = /^"([\w-]+)",?$/;
const LINE_OF_KEY = /^"([\w-]+)":\{"masterKeyId":"(\w+)","wrapped":"([\w+/]+={0,2})"\},?$/;
const NEWLINE = 0x0a;

/** Reads a copy that is laid out as `textOfCopy` does it; undefined for any other layout, such as that of older versions. */
async function readLines(bytes: Buffer): Promise<KeyCopy | undefined> {
  const id = HEAD.exec(bytes.toString('latin1', 0, LONGEST_HEAD))?.[1];
  if (id === undefined) return undefined;
  const keys = new Map<string, CopiedKey>();
  const destroyed = new Set<string>();
  let isOfKeys = false;
  let count = 0;
  for (let at = bytes.indexOf(NEWLINE) + 1, end: number; at > 0 && at < bytes.length; at = end + 1) {
    end = bytes.indexOf(NEWLINE, at);
    if (end < 0) return undefined;
    const line = bytes.toString('latin1', at, end);
    if (line === '}}') return { id, keys, destroyed };
    const [, session, masterKeyId, wrapped] = (isOfKeys ? LINE_OF_KEY : LINE_OF_DESTROYED).exec(line) ?? [];
    if (line === '],"keys":{') isOfKeys = true;
    else if (session === undefined) return undefined;
    else if (masterKeyId === undefined || wrapped === undefined) destroyed.add(session);
    else keys.set(session, { masterKeyId, wrapped });
    count += 1;
    if (count % ENTRIES_A_TURN === 0) await turn();
  }
  return undefined;
}

function readWhole(text: string): KeyCopy {
  const { id = randomUUID(), keys, destroyed } = keyCopy.parse(JSON.parse(text));
  return { id, keys: new Map(Object.entries(keys)), destroyed: new Set(destroyed) };
}

async function bytesAt(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
