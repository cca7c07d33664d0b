import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Proves that a client may resume a session. */
export interface ResumeToken {
  /** Sent to the client once; never logged. */
  readonly text: string;
  /** Whether `text` is the token. Takes the same time for a wrong one, wherever it differs. */
  readonly is: (text: string) => boolean;
  /** SHA-256 of the token. */
  readonly digest: Uint8Array;
}

/** 256 bits: more than can be guessed. */
const TOKEN_BYTES = 32;

/** Makes a random token. */
export function createResumeToken(): ResumeToken {
  const text = randomBytes(TOKEN_BYTES).toString('base64url');
  const digest = digestOf(text);
  return { text, is: (other) => timingSafeEqual(digestOf(other), digest), digest };
}

/** SHA-256 of a text that may be a token. */
export function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
