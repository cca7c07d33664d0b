import { hkdfSync } from 'node:crypto';
import { KEY_BYTES } from '../storage/seal.js';

/** Sets the key apart from the key of the session itself (RFC 5869, 3.2). */
const LABEL = 'auscult audio journal v1';

/** Derives the key of a session's audio journal from the key of the session, so that it is destroyed with it. */
export function journalKeyOf(dataKey: Uint8Array): Buffer {
  return Buffer.from(hkdfSync('sha256', dataKey, Buffer.alloc(0), LABEL, KEY_BYTES));
}
