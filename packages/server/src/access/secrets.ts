import { createHash, randomBytes } from 'node:crypto';

/** 256 bits: more than can be guessed. */
const SECRET_BYTES = 32;

/** How {@link createSecret} looks. */
export const SECRET_PATTERN = '[A-Za-z0-9_-]{43}';

/** A secret that nobody has had before, in 43 characters that URLs, headers and subprotocols take. */
export function createSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}

/**
 * What is kept of a secret, hexadecimal. A plain hash will do: nobody can try 2^256 secrets. Whatever is looked up by
 * it takes no longer for a secret that is nearly right, since a nearly right secret has quite another digest.
 */
export function digestOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
