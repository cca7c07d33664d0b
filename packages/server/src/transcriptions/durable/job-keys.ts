import { hkdfSync } from 'node:crypto';
import { RequestError } from '../../errors.js';
import type { WrappedKey } from '../../records/data-keys.js';
import type { MasterKeys } from '../../records/master-keys.js';
import { open, seal } from '../../records/seal.js';
import { KEY_BYTES } from '../../storage/seal.js';

/** Encrypts the key of a job with the current master key. */
export function wrapJobKey(masterKeys: MasterKeys, jobId: string, key: Uint8Array): WrappedKey {
  const { id, bytes } = masterKeys.current();
  return { master_key_id: id, wrapped: seal(bytes, key, placeOf(jobId, id)) };
}

/** The key of a job. Throws `record_damaged` if the master key is missing or somebody has tampered with the key. */
export async function unwrapJobKey(
  masterKeys: MasterKeys,
  jobId: string,
  { master_key_id: id, wrapped }: { readonly [Column in keyof WrappedKey]: WrappedKey[Column] | null },
): Promise<Buffer> {
  const masterKey = id === null ? undefined : await masterKeys.find(id);
  if (masterKey === undefined || wrapped === null) throw new RequestError('record_damaged');
  return open(masterKey.bytes, wrapped, placeOf(jobId, masterKey.id));
}

/** The key of one file of a job's audio: no two files may be sealed with the same. */
export function audioFileKey(audioKey: Uint8Array, file: number): Buffer {
  return Buffer.from(hkdfSync('sha256', audioKey, '', `auscult job audio ${file}`, KEY_BYTES));
}

function placeOf(jobId: string, masterKeyId: string): readonly string[] {
  return ['transcription_jobs', jobId, masterKeyId];
}
