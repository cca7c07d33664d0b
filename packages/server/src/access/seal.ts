import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '../config/config-error.js';
import type { Config } from '../config/schema.js';
import { isMissing } from '../error-code.js';
import { createWholeFile } from '../storage/durable-files.js';
import { KEY_BYTES, openBytes, sealBytes } from '../storage/seal.js';

/** Encrypts small secrets, bound to the place where they are stored. */
export interface Seal {
  readonly close: (plain: Uint8Array, place: string) => Buffer;
  /** Fails if it is not what was sealed for this place. */
  readonly open: (sealed: Uint8Array, place: string) => Buffer;
}

/** The seal for the secrets of authenticators. */
export function accessSeal({ dataDirectory }: Pick<Config, 'dataDirectory'>): Seal {
  return createSeal(accessKeyPath(dataDirectory));
}

/** The same seal, only for opening: it makes no key. Undefined if there is none. */
export function readAccessSeal({ dataDirectory }: Pick<Config, 'dataDirectory'>): Seal | undefined {
  const path = accessKeyPath(dataDirectory);
  return readKey(path) === undefined ? undefined : createSeal(path);
}

function accessKeyPath(dataDirectory: string): string {
  return join(dataDirectory, 'access.key');
}

/**
 * A seal with the key in the file at `path`, which is made when something is sealed for the first time. AES-256-GCM
 * with a random nonce: secrets of authenticators are far too few for one to repeat.
 */
function createSeal(path: string): Seal {
  let key: Buffer | undefined;
  const keyToClose = (): Buffer => (key ??= readKey(path) ?? makeKey(path));
  const keyToOpen = (): Buffer => {
    key ??= readKey(path);
    if (key === undefined) throw new ConfigError(`${path} is not there.`, NO_KEY);
    return key;
  };
  return {
    close: (plain, place) => sealBytes(keyToClose(), plain, Buffer.from(place)),
    open: (sealed, place) => openBytes(keyToOpen(), sealed, Buffer.from(place)),
  };
}

const NO_KEY = 'Restore it from a backup, or delete it and reset the users with `auscult users reset`.';

function readKey(path: string): Buffer | undefined {
  const key = readWhereThere(path);
  if (key === undefined || key.length === KEY_BYTES) return key;
  throw new ConfigError(`${path} holds no key.`, NO_KEY);
}

function readWhereThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw new ConfigError(
      `${path} cannot be read.`,
      'Give this user, and nobody else, permission to read it.',
    );
  }
}

/** Makes the key. If another process does so at the same moment, both then use the one that came first. */
function makeKey(path: string): Buffer {
  const key = randomBytes(KEY_BYTES);
  try {
    if (createWholeFile(path, key)) return key;
    const made = readKey(path);
    if (made !== undefined) return made;
    throw new TypeError('a file that was made is gone');
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw new ConfigError(`${path} cannot be written.`, 'Give this user permission to write there.');
  }
}
