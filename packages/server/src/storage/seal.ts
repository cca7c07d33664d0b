import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** Length of every key, bytes: AES-256. */
export const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** By how many bytes sealed bytes are longer than plain ones. */
export const SEAL_BYTES = NONCE_BYTES + TAG_BYTES;

/** Encrypts with AES-256-GCM, bound to `place`: a random nonce, the ciphertext, the tag. */
export function sealBytes(key: Uint8Array, plain: Uint8Array, place: Uint8Array): Buffer {
  return Buffer.concat(sealParts(key, [plain], place));
}

/** The same for bytes in several parts. Put together, the result is what `openBytes` opens. */
export function sealParts(
  key: Uint8Array,
  plain: readonly Uint8Array[],
  place: Uint8Array,
): readonly Buffer[] {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(place);
  const sealed = plain.map((part) => cipher.update(part));
  // In this mode no bytes are left for it.
  cipher.final();
  return [nonce, ...sealed, cipher.getAuthTag()];
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
