import { link, open, readdir, rename, stat, unlink, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { makeFolder, syncFolder } from './durable-files.js';

/** The new content of a file, on disk beside it. */
export interface Replacement {
  /**
   * Puts it in place of the file. The old content is overwritten once the new one would be found after a power cut.
   */
  readonly install: () => Promise<void>;
  readonly discard: () => Promise<void>;
}

/** The new content, until it is installed. */
const NEW = 'new';
/** The content before, until it is overwritten. */
const OLD = 'old';

/**
 * Writes the new content of the file at `path`, after which only a rename can fail. Must be called under the lock of the file,
 * see `withFileLock`. What a crash has left of an earlier attempt is overwritten.
 */
export async function prepareReplacement(
  path: string,
  content: AsyncIterable<string> | Iterable<string>,
): Promise<Replacement> {
  makeFolder(dirname(path));
  await shredRemains(path);
  const replacement = `${path}.${NEW}`;
  try {
    await writeWhole(replacement, content, await ownerOf(path));
  } catch (error) {
    await shred(replacement).catch(() => undefined);
    throw error;
  }
  return {
    install: () => install(replacement, path),
    discard: () => shred(replacement),
  };
}

/** Overwrites and removes what a crash may have left beside the file at `path`. Must be called under the lock of the file. */
export async function shredRemains(path: string): Promise<void> {
  for (const name of await namesIn(dirname(path))) {
    if (!name.startsWith(`${basename(path)}.`) || !isRemains(name.slice(basename(path).length + 1))) continue;
    await shredUnlessCurrent(join(dirname(path), name), path);
  }
}

/** Whether the ending of a name is that of such remains. Earlier versions gave them random names. */
function isRemains(ending: string): boolean {
  return ending === NEW || ending === OLD || /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/.test(ending);
}

async function install(replacement: string, path: string): Promise<void> {
  const old = await keepHoldOf(path);
  try {
    await rename(replacement, path);
    syncFolder(dirname(path));
    await old?.overwrite();
  } finally {
    await old?.release();
  }
}

interface FormerContent {
  readonly overwrite: () => Promise<void>;
  readonly release: () => Promise<void>;
}

/**
 * Gives the old content a second name, so that it can be found and overwritten after a crash; or else keeps the file
 * open.
 */
async function keepHoldOf(path: string): Promise<FormerContent | undefined> {
  const second = `${path}.${OLD}`;
  try {
    await link(path, second);
    return { overwrite: () => shred(second), release: () => Promise.resolve() };
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    if (!hasCode(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK')) throw error;
  }
  const file = await open(path, 'r+');
  return { overwrite: () => overwrite(file), release: () => file.close() };
}

/** Overwrites remains, unless they are the current file: after a crash before the rename, that has two names. */
async function shredUnlessCurrent(remains: string, path: string): Promise<void> {
  const [of, current] = await Promise.all([stateOf(remains), stateOf(path)]);
  if (of === undefined) return;
  if (of.ino === current?.ino && of.dev === current.dev) await unlink(remains);
  else await shred(remains);
}

async function shred(path: string): Promise<void> {
  const file = await openIfThere(path);
  if (file === undefined) return;
  try {
    await overwrite(file);
  } finally {
    await file.close();
  }
  await unlink(path);
}

const ZEROS = Buffer.alloc(65_536);

async function overwrite(file: FileHandle): Promise<void> {
  const { size } = await file.stat();
  for (let at = 0; at < size;)
    at += (await file.write(ZEROS, 0, Math.min(ZEROS.length, size - at), at)).bytesWritten;
  await file.sync();
}

async function writeWhole(
  path: string,
  content: AsyncIterable<string> | Iterable<string>,
  owner: { readonly uid: number; readonly gid: number } | undefined,
): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    for await (const part of content) await file.writeFile(part);
    if (owner !== undefined) await file.chown(owner.uid, owner.gid).catch(() => undefined);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** The owner of the file. It stays the owner when root replaces the file, since the server has to be able to read it. */
async function ownerOf(path: string): Promise<{ readonly uid: number; readonly gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const { uid, gid } = (await stateOf(path)) ?? (await stat(dirname(path)));
  return { uid, gid };
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}

async function stateOf(path: string) {
  try {
    return await stat(path);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r+');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Whether the system gave one of these codes. */
function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
