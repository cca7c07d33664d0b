import { randomUUID } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { ConfigError } from '../config/config-error.js';
import type { Config } from '../config/schema.js';
import { makeFolder, syncFolder } from '../storage/durable-files.js';
import type { WrappedKey } from './data-keys.js';

const copiedKey = z.object({ masterKeyId: z.string(), wrapped: z.base64() });

const keyCopy = z.object({
  version: z.literal(1),
  /** By session. */
  keys: z.record(z.string(), copiedKey),
  /** Sessions whose keys were destroyed. */
  destroyed: z.array(z.string()),
});

type KeyCopy = z.output<typeof keyCopy>;

/** The file with the encrypted data keys that backups are read with. */
export function keyCopyPath({
  dataKeyCopy,
  dataDirectory,
}: Pick<Config, 'dataKeyCopy' | 'dataDirectory'>): string {
  return dataKeyCopy ?? join(dataDirectory, 'data-keys.json');
}

/** Replaces the copy with the keys that there are. */
export async function writeKeyCopy(
  path: string,
  keys: ReadonlyMap<string, WrappedKey>,
  destroyed: readonly string[],
): Promise<void> {
  const entries = [...keys].map(([id, { master_key_id: masterKeyId, wrapped }]) => [
    id,
    { masterKeyId, wrapped: wrapped.toString('base64') },
  ]);
  await replace(path, {
    version: 1,
    keys: Object.fromEntries(entries) as KeyCopy['keys'],
    destroyed: [...destroyed],
  });
}

/** Takes the keys of sessions out of the copy, if there is one, and notes that they must not come back. */
export async function forgetInCopy(path: string, sessionIds: readonly string[]): Promise<void> {
  const copy = await readIfThere(path);
  if (copy === undefined) return;
  const gone = new Set(sessionIds);
  await replace(path, {
    ...copy,
    keys: Object.fromEntries(Object.entries(copy.keys).filter(([id]) => !gone.has(id))),
    destroyed: [...new Set([...copy.destroyed, ...gone])],
  });
}

/**
 * The keys in the copy.
 * @throws {ConfigError} if it is not there or is no copy
 */
export async function readKeyCopy(
  path: string,
): Promise<{ readonly keys: ReadonlyMap<string, WrappedKey>; readonly destroyed: ReadonlySet<string> }> {
  const copy = await readIfThere(path);
  if (copy === undefined)
    throw new ConfigError(
      `there is no copy of data keys at ${path}.`,
      'Name the file that was written beside the backups with --data-key-copy.',
    );
  const destroyed = new Set(copy.destroyed);
  const keys = Object.entries(copy.keys)
    .filter(([id]) => !destroyed.has(id))
    .map(
      ([id, { masterKeyId, wrapped }]) =>
        [id, { master_key_id: masterKeyId, wrapped: Buffer.from(wrapped, 'base64') }] as const,
    );
  return { keys: new Map(keys), destroyed };
}

async function readIfThere(path: string): Promise<KeyCopy | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return keyCopy.parse(JSON.parse(text));
  } catch {
    throw new ConfigError(`${path} is no copy of data keys.`, 'Name another file with --data-key-copy.');
  }
}

/** The old content stays until the new is on disk, and is overwritten then: it holds keys that are to be gone. */
async function replace(path: string, copy: KeyCopy): Promise<void> {
  makeFolder(dirname(path));
  const temporary = `${path}.${randomUUID()}`;
  const file = await open(temporary, 'wx', 0o600);
  try {
    await file.writeFile(JSON.stringify(copy));
    await file.sync();
  } finally {
    await file.close();
  }
  const old = await openIfThere(path);
  await rename(temporary, path);
  // Before the old one is overwritten: a power cut may bring its name back.
  syncFolder(dirname(path));
  if (old === undefined) return;
  try {
    await old.write(Buffer.alloc((await old.stat()).size), 0);
    await old.sync();
  } finally {
    await old.close();
  }
}

async function openIfThere(path: string) {
  try {
    return await open(path, 'r+');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
