import type { Seal } from './seal.js';

/** Seals the secrets of authenticators, each for its user. */
export interface CodeSecrets {
  readonly close: (secret: Uint8Array, userId: string) => Buffer;
  /** Fails if it is not what was sealed for this user. */
  readonly open: (sealed: Uint8Array, userId: string) => Buffer;
}

export function createCodeSecrets(seal: Seal): CodeSecrets {
  const placeOf = (userId: string): string => `users/${userId}/code_secret`;
  return {
    close: (secret, userId) => seal.close(secret, placeOf(userId)),
    open: (sealed, userId) => seal.open(sealed, placeOf(userId)),
  };
}
