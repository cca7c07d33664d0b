import { randomBytes } from 'node:crypto';

/** A random name, which no other has. */
export function instanceName(): string {
  return randomBytes(9).toString('base64url');
}
