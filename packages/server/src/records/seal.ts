import { RequestError } from '../errors.js';
import { openBytes, sealBytes } from '../storage/seal.js';

/** Where sealed bytes belong: table, session, place, version and the like. They open nowhere else. */
export type SealedPlace = readonly (string | number)[];

/** Encrypts what belongs to a record with AES-256-GCM. */
export function seal(key: Uint8Array, plain: Uint8Array, place: SealedPlace): Buffer {
  return sealBytes(key, plain, associated(place));
}

/** What was sealed. Throws `record_damaged` if it was changed, moved from another place, or sealed with another key. */
export function open(key: Uint8Array, sealed: Uint8Array, place: SealedPlace): Buffer {
  try {
    return openBytes(key, sealed, associated(place));
  } catch (error) {
    throw new RequestError('record_damaged', {}, undefined, { cause: error });
  }
}

/** JSON, so that no two places read alike. */
function associated(place: SealedPlace): Buffer {
  return Buffer.from(JSON.stringify(place));
}
