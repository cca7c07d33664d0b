import { readFileSync } from 'node:fs';
import {
  credsAuthenticator,
  nkeyAuthenticator,
  tokenAuthenticator,
  usernamePasswordAuthenticator,
  type Authenticator,
} from '@nats-io/transport-node';
import { ConfigError } from '../config/config-error.js';
import type { ClusterAddress } from './cluster-address.js';

/**
 * Proves who the server is: by the file with credentials if one is set, else by the user of the address; undefined if there
 * is neither. A file is a `.creds` file, the seed of an nkey, or a token.
 * @throws {ConfigError} if the file cannot be read or is empty
 */
export function clusterAuthenticator(
  file: string | undefined,
  { user, password }: Pick<ClusterAddress, 'user' | 'password'>,
): Authenticator | undefined {
  if (file !== undefined) return authenticatorOf(readCredentials(file));
  if (user === undefined) return undefined;
  return password === undefined ? tokenAuthenticator(user) : usernamePasswordAuthenticator(user, password);
}

function authenticatorOf(text: string): Authenticator {
  const bytes = new TextEncoder().encode(text);
  if (text.includes('BEGIN NATS USER JWT')) return credsAuthenticator(bytes);
  return NKEY_SEED.test(text) ? nkeyAuthenticator(bytes) : tokenAuthenticator(text);
}

const NKEY_SEED = /^SU[A-Z2-7]{56}$/;

function readCredentials(path: string): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').trim();
  } catch {
    throw new ConfigError(
      `the file of clusterCredentials, ${path}, cannot be read.`,
      'Name the file that the operator of NATS gave you, and let this user read it.',
    );
  }
  if (text !== '') return text;
  throw new ConfigError(
    `the file of clusterCredentials, ${path}, is empty.`,
    'Put a .creds file of NATS, the seed of an nkey, or a token there.',
  );
}
