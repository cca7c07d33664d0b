import { createHmac, hash, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { MasterKeys } from '../records/master-keys.js';

/** The columns of a row that vouch for it. */
export interface RowMac {
  readonly mac_key_id: string;
  readonly mac: Buffer;
}

/** A MAC as it is read, when something other than a server may have written it. */
type StoredMac = { readonly [Column in keyof RowMac]: RowMac[Column] | null };

/** A value that a MAC can cover. */
type CoveredValue = string | number | null | Uint8Array | readonly string[];
export type CoveredColumns = Readonly<Record<string, CoveredValue>>;

/**
 * Vouches for rows: HMAC-SHA-256 over the name of the table and all covered columns, with a key derived from the
 * master key.
 */
export interface RowMacs {
  /** Vouches for a row with the current master key. */
  readonly vouch: (table: string, covered: CoveredColumns) => RowMac;
  /** Whether whoever wrote the row had a master key that is known here. */
  readonly isAuthentic: (table: string, covered: CoveredColumns, mac: StoredMac) => Promise<boolean>;
  /** Id of the master key that vouches for new rows. */
  readonly currentKeyId: () => string;
}

/** Separates these keys from all others that are derived from the master key (RFC 5869, 3.2). */
const LABEL = 'auscult authenticated rows v1';
const KEY_BYTES = 32;

/** MACs under the master keys that there are. */
export function createRowMacs(masterKeys: MasterKeys): RowMacs {
  const derived = new Map<string, Buffer>();

  const keyOf = ({ id, bytes }: { readonly id: string; readonly bytes: Uint8Array }): Buffer => {
    const known = derived.get(id);
    if (known !== undefined) return known;
    const key = Buffer.from(hkdfSync('sha256', bytes, Buffer.alloc(0), LABEL, KEY_BYTES));
    derived.set(id, key);
    return key;
  };

  return {
    vouch: (table, covered) => {
      const current = masterKeys.current();
      return { mac_key_id: current.id, mac: macOf(keyOf(current), table, covered) };
    },
    isAuthentic: async (table, covered, { mac_key_id: keyId, mac }) => {
      if (typeof keyId !== 'string' || !(mac instanceof Uint8Array)) return false;
      const masterKey = await masterKeys.find(keyId);
      if (masterKey === undefined) return false;
      const expected = macOf(keyOf(masterKey), table, covered);
      return mac.length === expected.length && timingSafeEqual(mac, expected);
    },
    currentKeyId: () => masterKeys.current().id,
  };
}

function macOf(key: Uint8Array, table: string, covered: CoveredColumns): Buffer {
  return createHmac('sha256', key).update(canonicalRow(table, covered)).digest();
}

/**
 * JSON of the table and its columns in the order of their names, so that no two rows give the same text; bytes as
 * their digest.
 */
export function canonicalRow(table: string, covered: CoveredColumns): string {
  const columns = Object.entries(covered)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => [name, value instanceof Uint8Array ? { sha256: digestOf(value) } : value]);
  return JSON.stringify([table, columns]);
}

/** At once: an object for each of thousands of rows would be collected together, while everybody waits. */
function digestOf(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'base64');
}
