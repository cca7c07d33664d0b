import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkKeyTerms, listKeyTerms, mergeKeyTerms, type KeyTermList } from '@auscult/asr';
import { ConfigError } from '../config/config-error.js';
import type { Config } from '../config/schema.js';
import type { Log } from '../telemetry/log.js';
import { leftOutSentence } from './accept-key-terms.js';
import { parseKeyTerms } from './parse-key-terms.js';

/** Key terms that operators keep in files, which may change while the server runs. */
export interface SharedKeyTerms {
  /** The terms of a tenant, and after them those of the server. */
  readonly of: (tenant: string) => KeyTermList;
  readonly close: () => void;
}

/** Lists change rarely, for example with the formulary, and nobody waits for it. */
const LOOK_AGAIN_MS = 10_000;

/**
 * Reads the files of `keyTermsDirectory`, and again every `lookAgainMs`. New files that cannot be used are named in
 * the log, once, and the former terms stay.
 *
 * @param onChanged called when other terms are used from now on
 * @throws {ConfigError} that names the file and the line which cannot be used
 */
export function openSharedKeyTerms(
  { keyTermsDirectory: directory, language }: Pick<Config, 'keyTermsDirectory' | 'language'>,
  log: Log,
  onChanged: () => void,
  lookAgainMs = LOOK_AGAIN_MS,
): SharedKeyTerms {
  if (directory === undefined) return { of: () => none, close: () => undefined };
  /** The files that were read last, whether they can be used or not. */
  let seen = readFiles(directory);
  let lists = listsIn(seen, language, log);
  /** The last report about files that cannot be used. */
  let problem: string | undefined;

  const renew = (): void => {
    try {
      const found = readFiles(directory);
      if (isSame(seen, found)) return;
      seen = found;
      lists = listsIn(found, language, log);
      problem = undefined;
      log.info('key terms read again', { count: found.size });
      onChanged();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      if (error.message === problem) return;
      problem = error.message;
      log.error('the files of key terms cannot be used; the former terms stay', {
        problem: `${problem} ${error.remedy}`,
      });
    }
  };
  const timer = setInterval(renew, lookAgainMs).unref();

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

function readFiles(directory: string): Files {
  const isThere = namesIn(directory);
  if (isThere === undefined)
    throw new ConfigError(
      `the folder of key terms ${directory} cannot be read.`,
      'Check the path, and that this user may read the folder.',
    );
  const tenants = isThere.includes(TENANTS_FOLDER) ? namesIn(join(directory, TENANTS_FOLDER)) : [];
  if (tenants === undefined)
    throw new ConfigError(
      `${join(directory, TENANTS_FOLDER)} is no folder that can be read.`,
      'Put a file there for each tenant, such as tenants/north.txt, or remove it.',
    );
  const names = [
    ...isThere.filter((name) => name === SERVER_FILE),
    ...tenants.filter((name) => !name.startsWith('.')).map((name) => join(TENANTS_FOLDER, name)),
  ];
  return new Map(names.sort().map((name) => [name, contentOf(join(directory, name))]));
}

function namesIn(folder: string): readonly string[] | undefined {
  try {
    return readdirSync(folder);
  } catch {
    return undefined;
  }
}

function contentOf(path: string): Buffer {
  try {
    return readFileSync(path);
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
  /** Each with the terms of the server after those of the tenant. */
  readonly tenants: ReadonlyMap<string, KeyTermList>;
}

const none = listKeyTerms([]);

function listsIn(files: Files, language: string, log: Log): Lists {
  const checked = new Map(
    [...files].map(([name, content]) => [name, checkKeyTerms(parseKeyTerms(content, name), language)]),
  );
  const server = checked.get(SERVER_FILE)?.terms ?? [];
  const tenants = [...checked].flatMap(([name, { terms }]): [string, KeyTermList][] =>
    name === SERVER_FILE ? [] : [[tenantOf(name), listKeyTerms(mergeKeyTerms(terms, server))]],
  );
  for (const [file, { leftOut }] of checked) {
    const sentence = leftOutSentence(leftOut);
    if (sentence !== '') log.warn('some key terms of a file do not count', { path: file, problem: sentence });
  }
  return { server: listKeyTerms(server), tenants: new Map(tenants) };
}

function tenantOf(file: string): string {
  const [, tenant] = TENANT_FILE.exec(file.slice(TENANTS_FOLDER.length + 1)) ?? [];
  if (tenant !== undefined) return tenant;
  throw new ConfigError(
    `${file} in the folder of key terms is not named after a tenant.`,
    'Name it NAME.txt, with letters, digits, points, hyphens and underscores in the name of the tenant.',
  );
}
