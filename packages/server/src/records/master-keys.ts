import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ConfigError } from '../config/config-error.js';
import { MASTER_KEY_VARIABLE } from '../config/load-config.js';
import type { Config } from '../config/schema.js';
import { createWholeFile, syncFolder } from '../storage/durable-files.js';
import { withFileLock } from '../storage/file-lock.js';
import { KEY_BYTES } from '../storage/seal.js';

/** A key that encrypts the keys of sessions. */
export interface MasterKey {
  /** Derived from the key without revealing it, and stored with everything that is encrypted with the key. */
  readonly id: string;
  readonly bytes: Uint8Array;
}

/** The master keys: the current one, which encrypts, and older ones, which only decrypt. */
export interface MasterKeys {
  readonly current: () => MasterKey;
  /** All of them, the current one first. */
  readonly all: () => readonly MasterKey[];
  /** The key with this id. If it is not known, the source is read again, as it may be new. Undefined if it is not there. */
  readonly find: (id: string) => Promise<MasterKey | undefined>;
  /** Reads the keys again. If that fails, the present ones stay. */
  readonly reload: () => Promise<void>;
  /** Where the keys come from, in words. */
  readonly source: string;
}

/** The settings that say where master keys are. */
export type MasterKeySettings = Pick<Config, 'masterKeyFile' | 'masterKeyCommand' | 'dataDirectory'>;

/** How long the command may take before it is ended, milliseconds. */
const COMMAND_TIMEOUT_MS = 30_000;

/**
 * Reads the master keys: from the environment if they are there, else from the command, else from the file.
 * @throws {ConfigError} if there are none, or one of them is not a key
 */
export async function loadMasterKeys(
  settings: MasterKeySettings,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<MasterKeys> {
  const { source, read } = sourceOf(settings, environment);
  let keys = parseKeys(await read(), source);
  const reload = async (): Promise<void> => {
    keys = parseKeys(await read(), source);
  };
  const known = (id: string): MasterKey | undefined => keys.find((key) => key.id === id);
  return {
    source,
    current: () => keys[0],
    all: () => keys,
    find: async (id) => {
      if (known(id) === undefined) await reload().catch(() => undefined);
      return known(id);
    },
    reload,
  };
}

/** The file that holds the master keys unless they come from elsewhere. */
export function masterKeyPath({ masterKeyFile, dataDirectory }: MasterKeySettings): string {
  return masterKeyFile ?? join(dataDirectory, 'master.key');
}

/** Whether somebody has set where the keys are; then none may be made. */
export function areKeysConfigured(settings: MasterKeySettings): boolean {
  return [settings.masterKeyFile, settings.masterKeyCommand, process.env[MASTER_KEY_VARIABLE]].some(Boolean);
}

/** Writes a new key to a new file that only its owner may read. Returns false if there is a file, which is left as it is. */
export function createMasterKeyFile(path: string): boolean {
  return createWholeFile(path, `${newMasterKey()}\n`);
}

/**
 * Puts a new key first in the file at `path`, under a lock: if two processes read the same keys, the second to write would
 * remove the key that the first has just added, and records may already be encrypted with that one.
 */
export async function prependMasterKey(path: string): Promise<void> {
  await withFileLock(path, async () => {
    const keys = await readFile(path, 'utf8');
    await writeFile(`${path}.new`, `${newMasterKey()}\n${keys}`, { mode: 0o600, flush: true });
    await rename(`${path}.new`, path);
    syncFolder(dirname(path));
  });
}

/** A new master key, as it is written to a file. */
export function newMasterKey(): string {
  return randomBytes(KEY_BYTES).toString('base64');
}

/** The id of a key. */
export function masterKeyId(bytes: Uint8Array): string {
  return createHash('sha256').update('auscult master key').update(bytes).digest('hex').slice(0, 16);
}

interface KeySource {
  readonly source: string;
  readonly read: () => Promise<string>;
}

function sourceOf(settings: MasterKeySettings, environment: NodeJS.ProcessEnv): KeySource {
  const inEnvironment = environment[MASTER_KEY_VARIABLE];
  if (inEnvironment) return { source: MASTER_KEY_VARIABLE, read: () => Promise.resolve(inEnvironment) };
  const { masterKeyCommand } = settings;
  if (masterKeyCommand !== undefined)
    return { source: 'the output of masterKeyCommand', read: () => outputOf(masterKeyCommand) };
  const path = masterKeyPath(settings);
  return { source: path, read: () => contentOf(path) };
}

async function outputOf(command: string): Promise<string> {
  const [program = '', ...args] = command.split(/\s+/).filter((word) => word !== '');
  try {
    const { stdout } = await promisify(execFile)(program, args, { timeout: COMMAND_TIMEOUT_MS });
    return stdout;
  } catch {
    // Its output is not shown: it may be a key.
    throw new ConfigError(
      'the program of masterKeyCommand failed or took too long.',
      'Run it by hand: it has to print the keys and end with status 0.',
    );
  }
}

async function contentOf(path: string): Promise<string> {
  try {
    const keys = await readFile(path, 'utf8');
    // A new key must be sure to survive a power cut before anything is encrypted with it.
    syncFolder(dirname(path));
    return keys;
  } catch {
    throw new ConfigError(
      `the master key file ${path} cannot be read.`,
      'Put it back from where it was backed up: without it, no record can be read.',
    );
  }
}

function parseKeys(text: string, source: string): readonly [MasterKey, ...MasterKey[]] {
  const keys = text
    .split(/\s+/)
    .filter((line) => line !== '')
    .map((line) => {
      const bytes = Buffer.from(line, 'base64');
      if (bytes.length !== KEY_BYTES || bytes.toString('base64') !== line) throw notAKey(source);
      return { id: masterKeyId(bytes), bytes };
    });
  const [current, ...older] = keys;
  if (current === undefined) throw notAKey(source);
  return [current, ...older];
}

function notAKey(source: string): ConfigError {
  return new ConfigError(
    `${source} does not hold master keys.`,
    `Put 32 random bytes in base64 there, as \`openssl rand -base64 32\` prints them.`,
  );
}
