import type { Seal } from './seal.js';

/** Seals the secrets of authenticators, each for its user. */
export interface CodeSecrets {
  readonly close: (secret: Uint8Array, userId: string) => Buffer;
  /** Fails if it is not what was sealed for this user. */
  readonly open: (sealed: Uint8Array, userId: string) => Buffer;
  /** Whether it is what was sealed for this user. */
  readonly isIntact: (sealed: Uint8Array, userId: string) => boolean;
}

export function createCodeSecrets(seal: Seal): CodeSecrets {
  const placeOf = (userId: string): string => `users/${userId}/code_secret`;
  return {
    close: (secret, userId) => seal.close(secret, placeOf(userId)),
    open: (sealed, userId) => seal.open(sealed, placeOf(userId)),
    isIntact: (sealed, userId) => {
      try {
        seal.open(sealed, placeOf(userId)).fill(0);
        return true;
      } catch {
        return false;
      }
    },
  };
}
