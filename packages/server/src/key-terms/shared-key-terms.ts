import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listKeyTerms, type KeyTermList } from '@auscult/asr/key-terms';
import { ConfigError } from '../config/config-error.js';
import type { Config } from '../config/schema.js';
import type { TextReader } from '../reading/text-reader.js';
import type { Log } from '../telemetry/log.js';

/** Key terms that operators keep in files, which may change while the server runs. */
export interface SharedKeyTerms {
  /** The terms of a tenant, and after them those of the server. */
  readonly of: (tenant: string) => KeyTermList;
  readonly close: () => void;
}

/** How often the files are looked at, milliseconds: they change rarely, as with the formulary, and nobody waits for it. */
const LOOK_AGAIN_MS = 10_000;

/**
 * Reads the files of `keyTermsDirectory`, and again every `lookAgainMs`. New files that cannot be used are named in
 * the log, once, and the former terms stay.
 *
 * @param reader parses the files, large ones on its thread: a file may hold thousands of terms
 * @param onChanged called when other terms come into use
 * @throws {ConfigError} that names the file and the line which cannot be used
 */
export async function openSharedKeyTerms(
  { keyTermsDirectory: directory, language }: Pick<Config, 'keyTermsDirectory' | 'language'>,
  log: Log,
  reader: Pick<TextReader, 'sharedTerms'>,
  onChanged: () => void,
  lookAgainMs = LOOK_AGAIN_MS,
): Promise<SharedKeyTerms> {
  if (directory === undefined) return { of: () => none, close: () => undefined };
  const read = createFileReading(reader, language, log);
  /** The files that were read last, whether they can be used or not. */
  let seen = await readFiles(directory);
  let lists = await listsIn(seen, read);
  /** The last report about files that cannot be used. */
  let problem: string | undefined;
  let isRenewing = false;

  const renew = async (): Promise<void> => {
    const found = await readFiles(directory);
    if (isSame(seen, found)) return;
    seen = found;
    lists = await listsIn(found, read);
    problem = undefined;
    log.info('key terms read again', { count: found.size });
    onChanged();
  };
  const report = (error: unknown): void => {
    if (!(error instanceof ConfigError)) {
      log.unexpected(error);
      return;
    }
    if (error.message === problem) return;
    problem = error.message;
    log.error('the files of key terms cannot be used; the former terms stay', {
      problem: `${problem} ${error.remedy}`,
    });
  };
  const timer = setInterval(() => {
    if (isRenewing) return;
    isRenewing = true;
    renew()
      .catch(report)
      .finally(() => {
        isRenewing = false;
      });
  }, lookAgainMs).unref();

  return {
    of: (tenant) => lists.tenants.get(tenant) ?? lists.server,
    close: () => {
      clearInterval(timer);
    },
  };
}

/** Contents by the path within the folder: `server.txt`, `tenants/north.txt`. */
type Files = ReadonlyMap<string, Buffer>;

const SERVER_FILE = 'server.txt';
const TENANTS_FOLDER = 'tenants';
const TENANT_FILE = /^([\p{L}\p{N}][\p{L}\p{N}._-]{0,99})\.txt$/u;

async function readFiles(directory: string): Promise<Files> {
  const isThere = await namesIn(directory);
  if (isThere === undefined)
    throw new ConfigError(
      `the folder of key terms ${directory} cannot be read.`,
      'Check the path, and that this user may read the folder.',
    );
  const tenants = isThere.includes(TENANTS_FOLDER) ? await namesIn(join(directory, TENANTS_FOLDER)) : [];
  if (tenants === undefined)
    throw new ConfigError(
      `${join(directory, TENANTS_FOLDER)} is no folder that can be read.`,
      'Put a file there for each tenant, such as tenants/north.txt, or remove it.',
    );
  const names = [
    ...isThere.filter((name) => name === SERVER_FILE),
    ...tenants.filter((name) => !name.startsWith('.')).map((name) => join(TENANTS_FOLDER, name)),
  ];
  const files = new Map<string, Buffer>();
  for (const name of names.sort()) files.set(name, await contentOf(join(directory, name)));
  return files;
}

async function namesIn(folder: string): Promise<readonly string[] | undefined> {
  try {
    return await readdir(folder);
  } catch {
    return undefined;
  }
}

async function contentOf(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch {
    throw new ConfigError(
      `the file of key terms ${path} cannot be read.`,
      'Check that it is a file that this user may read.',
    );
  }
}

function isSame(one: Files, other: Files): boolean {
  return (
    one.size === other.size && [...one].every(([name, content]) => other.get(name)?.equals(content) === true)
  );
}

interface Lists {
  readonly server: KeyTermList;
  /** For each tenant, its terms, and after them those of the server. */
  readonly tenants: ReadonlyMap<string, KeyTermList>;
}

const none = listKeyTerms([]);

/** Reads a file, and adds the terms of the server after its own. */
type ReadFile = (name: string, content: Buffer, server: KeyTermList) => Promise<KeyTermList>;

/** Reads files; one that has not changed is not parsed again. Terms that do not count are noted in the log. */
function createFileReading(reader: Pick<TextReader, 'sharedTerms'>, language: string, log: Log): ReadFile {
  const known = new Map<
    string,
    { readonly content: Buffer; readonly server: string; readonly terms: KeyTermList }
  >();
  return async (name, content, server) => {
    const former = known.get(name);
    if (former?.server === server.name && former.content.equals(content)) return former.terms;
    const reading = await reader.sharedTerms({ name, content, server, language });
    if (!reading.ok) throw new ConfigError(reading.problem, reading.remedy);
    const { terms, notice } = reading;
    if (notice !== '') log.warn('some key terms of a file do not count', { path: name, problem: notice });
    known.set(name, { content, server: server.name, terms });
    return terms;
  };
}

async function listsIn(files: Files, read: ReadFile): Promise<Lists> {
  const own = files.get(SERVER_FILE);
  const server = own === undefined ? none : await read(SERVER_FILE, own, none);
  const tenants = new Map<string, KeyTermList>();
  for (const [name, content] of files)
    if (name !== SERVER_FILE) tenants.set(tenantOf(name), await read(name, content, server));
  return { server, tenants };
}

function tenantOf(file: string): string {
  const [, tenant] = TENANT_FILE.exec(file.slice(TENANTS_FOLDER.length + 1)) ?? [];
  if (tenant !== undefined) return tenant;
  throw new ConfigError(
    `${file} in the folder of key terms is not named after a tenant.`,
    'Name it NAME.txt, with letters, digits, points, hyphens and underscores in the name of the tenant.',
  );
}
