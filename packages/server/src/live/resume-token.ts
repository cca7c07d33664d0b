import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Tells who may resume a session. */
export interface ResumeToken {
  /** Whether `text` is the token. Takes the same time for a wrong one, wherever it differs. */
  readonly is: (text: string) => boolean;
  /** SHA-256 of the token. */
  readonly digest: Uint8Array;
}

/** A token that a client is still to be given. */
export interface NewResumeToken extends ResumeToken {
  /** Sent to the client once; never logged. */
  readonly text: string;
}

/** 256 bits: more than can be guessed. */
const TOKEN_BYTES = 32;

/** Makes a random token. */
export function createResumeToken(): NewResumeToken {
  const text = randomBytes(TOKEN_BYTES).toString('base64url');
  return { ...resumeTokenOf(digestOf(text)), text };
}

/** The token with this digest, which its client has been given. */
export function resumeTokenOf(digest: Uint8Array): ResumeToken {
  return { is: (text) => timingSafeEqual(digestOf(text), digest), digest };
}

/** SHA-256 of a text that may be a token. */
export function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
