import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { RequestError } from '../errors.js';

/** Length of every key, bytes: AES-256. */
export const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Where sealed bytes belong: table, session, place, version and the like. They open nowhere else. */
export type SealedPlace = readonly (string | number)[];

/** Encrypts with AES-256-GCM: a random nonce, the ciphertext, the tag. */
export function seal(key: Uint8Array, plain: Uint8Array, place: SealedPlace): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(associated(place));
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** What was sealed. Throws `record_damaged` if it was changed, moved from another place, or sealed with another key. */
export function open(key: Uint8Array, sealed: Buffer, place: SealedPlace): Buffer {
  const end = sealed.length - TAG_BYTES;
  if (end < NONCE_BYTES) throw new RequestError('record_damaged');
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(associated(place)).setAuthTag(sealed.subarray(end));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, end)), decipher.final()]);
  } catch (error) {
    throw new RequestError('record_damaged', {}, undefined, { cause: error });
  }
}

/** JSON, so that no two places read alike. */
function associated(place: SealedPlace): Buffer {
  return Buffer.from(JSON.stringify(place));
}
