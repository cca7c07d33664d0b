import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  checkKeyTerms,
  keyTermLimits,
  listKeyTerms,
  type KeyTerm,
  type KeyTermList,
} from '@auscult/asr/key-terms';
import { ConfigError } from '../config/config-error.js';
import type { Config } from '../config/schema.js';
import { RequestError } from '../errors.js';
import type { TextReader } from '../reading/text-reader.js';
import type { Log } from '../telemetry/log.js';
import { countTerms, isWritable, replaceTermsFile, withoutTerm, withTerm } from './tenant-file.js';

/** Key terms that operators keep in files, which may change while the server runs. */
export interface SharedKeyTerms {
  /** The terms of a tenant, and after them those of the server. */
  readonly of: (tenant: string) => KeyTermList;
  /** How many of these are the tenant's own, which are the first. */
  readonly ownCountOf: (tenant: string) => number;
  /** Whether the server may write the file of the tenant. */
  readonly isEditable: (tenant: string) => Promise<boolean>;
  /**
   * Puts a term into the file of a tenant, in place of the one with the same text, or takes one out. It counts for sessions that
   * begin afterwards. Refused as `invalid_request`, `key_term_not_found` and `key_terms_fixed`.
   *
   * @param permit called once it is known that the change can be made; if it rejects, nothing is changed
   */
  readonly change: (tenant: string, change: TermChange, permit: () => Promise<void>) => Promise<void>;
  readonly close: () => void;
}

/** A change of one term. */
type TermChange =
  { readonly kind: 'put'; readonly term: KeyTerm } | { readonly kind: 'remove'; readonly text: string };

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
  if (directory === undefined) return noTerms;
  const read = createFileReading(reader, language, log);
  /** The files that were read last, whether they can be used or not. */
  let seen = await readFiles(directory);
  let lists = await listsIn(seen, read);
  /** The last report about files that cannot be used. */
  let problem: string | undefined;
  const inTurn = createTurns();

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
    if (inTurn.isBusy()) return;
    void inTurn.do(() => renew().catch(report));
  }, lookAgainMs).unref();

  /** The new content of a tenant's file, which can be read. */
  const changed = async (name: string, change: TermChange): Promise<string> => {
    const former = (await readFiles(directory)).get(name)?.toString('utf8') ?? '';
    const text = change.kind === 'put' ? withTerm(former, change.term) : withoutTerm(former, change.text);
    if (text === undefined) throw new RequestError('key_term_not_found', { field: 'text' });
    const content = Buffer.from(text);
    const reading = await reader.sharedTerms({ name, content, server: lists.server, language });
    if (reading.ok) return text;
    if (countTerms(text) > keyTermLimits.terms)
      throw new RequestError('invalid_request', { limit: `at most ${keyTermLimits.terms} terms` });
    throw new RequestError('key_terms_fixed');
  };

  return {
    of: (tenant) => lists.tenants.get(tenant)?.terms ?? lists.server,
    ownCountOf: (tenant) => lists.tenants.get(tenant)?.ownCount ?? 0,
    isEditable: async (tenant) => isTenantName(tenant) && (await isWritable(join(directory, TENANTS_FOLDER))),
    change: (tenant, change, permit) =>
      inTurn.do(async () => {
        if (!isTenantName(tenant)) throw new RequestError('key_terms_fixed');
        if (!(await isWritable(join(directory, TENANTS_FOLDER)))) throw new RequestError('key_terms_fixed');
        if (change.kind === 'put') requireUsable(change.term, language);
        const name = join(TENANTS_FOLDER, `${tenant}.txt`);
        const content = await changed(name, change).catch(asRefusal);
        await permit();
        await replaceTermsFile(join(directory, name), content);
        await renew().catch(report);
      }),
    close: () => {
      clearInterval(timer);
    },
  };
}

const noTerms: SharedKeyTerms = {
  of: () => none,
  ownCountOf: () => 0,
  isEditable: () => Promise.resolve(false),
  change: () => Promise.reject(new RequestError('key_terms_fixed')),
  close: () => undefined,
};

/** Does one thing after the other. */
function createTurns() {
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  return {
    isBusy: () => waiting > 0,
    do: <Result>(work: () => Promise<Result>): Promise<Result> => {
      waiting++;
      const done = last.then(work).finally(() => {
        waiting--;
      });
      last = done.catch(() => undefined);
      return done;
    },
  };
}

/** Throws `invalid_request` if recognition would leave a term out. */
function requireUsable(term: KeyTerm, language: string): void {
  const { terms, leftOut } = checkKeyTerms([term], language);
  if (terms.length > 0) return;
  const limit =
    leftOut.common > 0
      ? 'a term that is not made of words that everybody uses, nor said like them'
      : 'a term and ways to say it in letters of the language that the server is set to';
  throw new RequestError('invalid_request', { field: 'text', limit });
}

/** Files that cannot be used are for their operator to mend. */
function asRefusal(error: unknown): never {
  throw error instanceof ConfigError ? new RequestError('key_terms_fixed') : error;
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
  readonly tenants: ReadonlyMap<string, ReadTerms>;
}

/** What was read from a file. */
interface ReadTerms {
  /** Its terms, and after them those of the server. */
  readonly terms: KeyTermList;
  /** How many of them stand in the file. */
  readonly ownCount: number;
}

const none = listKeyTerms([]);

/** Reads a file, and adds the terms of the server after its own. */
type ReadFile = (name: string, content: Buffer, server: KeyTermList) => Promise<ReadTerms>;

/** Reads files; one that has not changed is not parsed again. Terms that do not count are noted in the log. */
function createFileReading(reader: Pick<TextReader, 'sharedTerms'>, language: string, log: Log): ReadFile {
  const known = new Map<
    string,
    { readonly content: Buffer; readonly server: string; readonly read: ReadTerms }
  >();
  return async (name, content, server) => {
    const former = known.get(name);
    if (former?.server === server.name && former.content.equals(content)) return former.read;
    const reading = await reader.sharedTerms({ name, content, server, language });
    if (!reading.ok) throw new ConfigError(reading.problem, reading.remedy);
    const { notice, terms, ownCount } = reading;
    if (notice !== '') log.warn('some key terms of a file do not count', { path: name, problem: notice });
    const read = { terms, ownCount };
    known.set(name, { content, server: server.name, read });
    return read;
  };
}

async function listsIn(files: Files, read: ReadFile): Promise<Lists> {
  const own = files.get(SERVER_FILE);
  const server = own === undefined ? none : (await read(SERVER_FILE, own, none)).terms;
  const tenants = new Map<string, ReadTerms>();
  for (const [name, content] of files)
    if (name !== SERVER_FILE) tenants.set(tenantOf(name), await read(name, content, server));
  return { server, tenants };
}

function isTenantName(tenant: string): boolean {
  return TENANT_FILE.test(`${tenant}.txt`);
}

function tenantOf(file: string): string {
  const [, tenant] = TENANT_FILE.exec(file.slice(TENANTS_FOLDER.length + 1)) ?? [];
  if (tenant !== undefined) return tenant;
  throw new ConfigError(
    `${file} in the folder of key terms is not named after a tenant.`,
    'Name it NAME.txt, with letters, digits, points, hyphens and underscores in the name of the tenant.',
  );
}
