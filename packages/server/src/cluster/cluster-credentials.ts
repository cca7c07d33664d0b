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
  if (file !== undefined) return usable(authenticatorOf(readCredentials(file)), file);
  if (user === undefined) return undefined;
  return password === undefined ? tokenAuthenticator(user) : usernamePasswordAuthenticator(user, password);
}

function authenticatorOf(text: string): Authenticator {
  // The parser of .creds files takes a last line only if it is ended.
  const bytes = new TextEncoder().encode(text.includes(JWT_BEGIN) ? `${text}\n` : text);
  if (text.includes(JWT_BEGIN)) return credsAuthenticator(bytes);
  return NKEY_SEED.test(text) ? nkeyAuthenticator(bytes) : tokenAuthenticator(text);
}

const JWT_BEGIN = 'BEGIN NATS USER JWT';

/** Tries a credential, which otherwise would be read only when NATS asks for it, and then look like a NATS that is away. */
function usable(authenticator: Authenticator, path: string): Authenticator {
  try {
    authenticator('nonce');
    return authenticator;
  } catch {
    throw new ConfigError(
      `the file of clusterCredentials, ${path}, is damaged.`,
      'Put the .creds file of NATS there as the operator gave it to you, with its token and its seed.',
    );
  }
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
