import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** Length of every key, bytes: AES-256. */
export const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** By how much sealed bytes are longer than what is sealed. */
export const SEALED_BYTES_BESIDE = NONCE_BYTES + TAG_BYTES;

/** Encrypts with AES-256-GCM, bound to `place`: a random nonce, the ciphertext, the tag. */
export function sealBytes(key: Uint8Array, plain: Uint8Array, place: Uint8Array): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(place);
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** Opens what was sealed. Fails if it was changed, moved from another place, or sealed with another key. */
export function openBytes(key: Uint8Array, sealed: Uint8Array, place: Uint8Array): Buffer {
  const end = sealed.length - TAG_BYTES;
  if (end < NONCE_BYTES) throw new RangeError('too short to be sealed');
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(place).setAuthTag(sealed.subarray(end));
  const plain = decipher.update(sealed.subarray(NONCE_BYTES, end));
  // Checks the tag; in this mode no bytes are left for it.
  decipher.final();
  return plain;
}
