import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** What proves that a client may go on with a session. */
export interface ResumeToken {
  /** Told to the client, once; never logged. */
  readonly text: string;
  /** Whether `text` is the token. Takes as long for a wrong one, wherever it differs. */
  readonly is: (text: string) => boolean;
}

/** 256 bits: more than can be guessed. */
const TOKEN_BYTES = 32;

/** A token that nobody has had before. */
export function createResumeToken(): ResumeToken {
  const text = randomBytes(TOKEN_BYTES).toString('base64url');
  const expected = digest(text);
  return { text, is: (other) => timingSafeEqual(digest(other), expected) };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
