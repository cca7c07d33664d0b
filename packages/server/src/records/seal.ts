import { RequestError } from '../errors.js';
import { openBytes, sealBytes } from '../storage/seal.js';

/** Where sealed bytes belong: table, session, place, version and the like. They cannot be opened for any other place. */
export type SealedPlace = readonly (string | number)[];

/** Encrypts a part of a record with AES-256-GCM. */
export function seal(key: Uint8Array, plain: Uint8Array, place: SealedPlace): Buffer {
  return sealBytes(key, plain, associated(place));
}

/** Decrypts sealed bytes. Throws `record_damaged` if they were changed, moved from another place, or sealed with another key. */
export function open(key: Uint8Array, sealed: Uint8Array, place: SealedPlace): Buffer {
  try {
    return openBytes(key, sealed, associated(place));
  } catch (error) {
    throw new RequestError('record_damaged', {}, undefined, { cause: error });
  }
}

/** A place as associated data: in JSON, so that two places never have the same text. */
function associated(place: SealedPlace): Buffer {
  return Buffer.from(JSON.stringify(place));
}
