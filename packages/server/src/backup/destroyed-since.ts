import { open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ConfigError } from '../config/config-error.js';
import { embeddedPath, openDatabase, type Database, type DatabaseSettings } from '../db/database.js';
import { parseJson } from '../parse-json.js';
import { DESTROYED_LIST, readDestroyedList } from '../records/destroyed-list.js';
import { keyCopyPath, readCopy } from '../records/key-copies/key-copy.js';
import type { MasterKeys } from '../records/master-keys.js';
import { readBackup } from './backup-file.js';

/** The sessions that are known to be destroyed, whatever a backup and a copy of data keys hold. */
export interface DestroyedSince {
  readonly sessions: ReadonlySet<string>;
  /** The lists from which this is known. */
  readonly lists: readonly string[];
}

/** Where to look for lists of destroyed sessions. */
interface Places {
  /** Named explicitly, so that each must be a list of some kind. */
  readonly named: readonly string[];
  /** Folders that may hold lists: the data directory, those of the copy and of the master key. */
  readonly folders: readonly string[];
}

/**
 * Gathers the destroyed sessions from all sources: the lists of servers, copies of data keys, newer backups, exports
 * of the audit log, and databases.
 *
 * @throws {ConfigError} if a named source is not a list, or a list was tampered with
 */
export async function readDestroyedSince(
  { named, folders }: Places,
  masterKeys: MasterKeys,
): Promise<DestroyedSince> {
  const sessions = new Set<string>();
  const lists = new Set<string>();
  const add = (place: string, found: Iterable<string>): void => {
    lists.add(place);
    for (const id of found) sessions.add(id);
  };
  for (const place of named)
    if (isAddress(place))
      add('a PostgreSQL database', await inDatabase({ dataDirectory: '', database: place }));
    else if (await isFolder(place)) await addFolder(place, masterKeys, add, 'all');
    else add(place, await inFile(place, masterKeys));
  for (const folder of new Set(folders)) await addFolder(folder, masterKeys, add, 'files');
  return { sessions, lists: [...lists] };
}

/** The sessions that a database knows to be destroyed. */
export async function destroyedIn({ db }: Pick<Database, 'db'>): Promise<ReadonlySet<string>> {
  const rows = await db.selectFrom('destroyed_keys').select('session_id').execute();
  return new Set(rows.map(({ session_id: id }) => id));
}

/** The database in a folder is opened only if the folder is named explicitly, since it may be damaged. */
async function addFolder(
  folder: string,
  masterKeys: MasterKeys,
  add: (place: string, found: Iterable<string>) => void,
  what: 'files' | 'all',
): Promise<void> {
  const list = join(folder, DESTROYED_LIST);
  const listed = await readDestroyedList(list, masterKeys);
  if (listed !== undefined) add(list, listed);
  const copyPath = keyCopyPath({ dataDirectory: folder, dataKeyCopy: undefined });
  const copy = await readCopy(copyPath);
  if (copy !== undefined) add(copyPath, copy.destroyed);
  if (what === 'files') return;
  const settings = { dataDirectory: folder, database: undefined };
  const hasDatabase = await isThere(embeddedPath(settings));
  if (hasDatabase) add(embeddedPath(settings), await inDatabase(settings));
  if (listed !== undefined || copy !== undefined || hasDatabase) return;
  throw new ConfigError(
    `there is no list of destroyed sessions in ${folder}.`,
    'Name the data directory of a server, or a file, with --destroyed-from.',
  );
}

async function inDatabase(settings: DatabaseSettings): Promise<ReadonlySet<string>> {
  const database = await openDatabase(settings);
  try {
    return await destroyedIn(database);
  } finally {
    await database.close();
  }
}

const exportedEntry = z.object({
  hash: z.string(),
  entry: z.object({ action: z.string(), outcome: z.string(), what: z.string().nullish() }),
});

/** As much of a file as is needed to tell its kind. */
const HEAD_BYTES = 4096;

async function inFile(path: string, masterKeys: MasterKeys): Promise<ReadonlySet<string>> {
  const head = await headOf(path);
  if (head.startsWith('{"format":"auscult-backup"')) return inBackup(path, masterKeys);
  if (head.startsWith('{"session":')) return (await readDestroyedList(path, masterKeys)) ?? new Set();
  if (head.startsWith('{"hash":')) return inAuditExport(path);
  const copy = await readCopy(path).catch(() => undefined);
  if (copy !== undefined) return copy.destroyed;
  throw new ConfigError(
    `${path} tells of no destroyed sessions.`,
    'Name a data directory, a list of destroyed sessions, a copy of data keys, a newer backup or an export of the audit log with --destroyed-from.',
  );
}

async function inBackup(path: string, masterKeys: MasterKeys): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  const { rows } = await readBackup(path, masterKeys);
  for await (const { table, row } of rows)
    if (table === 'destroyed_keys') found.add(String(row['session_id']));
  return found;
}

async function inAuditExport(path: string): Promise<ReadonlySet<string>> {
  const lines = (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '');
  const destroyed = lines.flatMap((line) => {
    const read = exportedEntry.safeParse(parseJson(line));
    if (!read.success)
      throw new ConfigError(
        `${path} is no export of the audit log.`,
        'Export it again, or name another list.',
      );
    const { action, outcome, what } = read.data.entry;
    const isDestruction = action === 'record.delete' || action === 'retention.destroy';
    return isDestruction && outcome === 'success' && what ? [what] : [];
  });
  return new Set(destroyed);
}

async function headOf(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

function isAddress(text: string): boolean {
  return /^postgres(ql)?:\/\//.test(text);
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
