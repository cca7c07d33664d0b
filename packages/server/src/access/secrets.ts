import { createHash, randomBytes } from 'node:crypto';

/** 256 bits: more than can be guessed. */
const SECRET_BYTES = 32;

/** How {@link createSecret} looks. */
export const SECRET_PATTERN = '[A-Za-z0-9_-]{43}';

/** A new random secret of 43 characters, all of them valid in URLs, headers and subprotocols. */
export function createSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}

/**
 * What is kept of a secret, hexadecimal. A plain hash is enough, since nobody can try 2^256 secrets. A lookup by it
 * takes no longer for a secret that is nearly right, whose digest is entirely different.
 */
export function digestOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
