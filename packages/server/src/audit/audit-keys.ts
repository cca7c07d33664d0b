import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  hkdfSync,
  sign,
  timingSafeEqual,
  verify,
  type KeyObject,
} from 'node:crypto';
import type { MasterKey, MasterKeys } from '../records/master-keys.js';

/** Proof that a text was written by somebody with a master key. */
interface TextSeal {
  readonly masterKeyId: string;
  /** HMAC-SHA-256, hexadecimal. */
  readonly mac: string;
}

/** Public keys for verifying anchors. */
export interface AnchorKeys {
  /** The key with this id; undefined if there is none. */
  readonly publicKey: (id: string) => Promise<KeyObject | undefined>;
}

/** The keys that seal and sign the audit log. All are derived from the master keys, and none is in the database. */
export interface AuditKeys extends AnchorKeys {
  /** Seals with the current master key. */
  readonly seal: (text: string) => TextSeal;
  /** Whether the seal belongs to the text; `unknown` if its master key is not there. */
  readonly check: (text: string, seal: TextSeal) => Promise<'intact' | 'forged' | 'unknown'>;
  /** Signs with the current key: Ed25519, in base64. */
  readonly sign: (text: string) => string;
  /** Id of the signing key. */
  readonly signingKeyId: () => string;
  /** Every public key, the current one first. */
  readonly publicKeys: () => readonly { readonly id: string; readonly key: KeyObject }[];
}

/** The keys of the audit log under these master keys. */
export function auditKeys(masterKeys: MasterKeys): AuditKeys {
  const derived = new Map<string, DerivedKeys>();
  const of = (master: MasterKey): DerivedKeys => {
    const keys = derived.get(master.id) ?? derive(master.bytes);
    derived.set(master.id, keys);
    return keys;
  };
  const current = (): DerivedKeys => of(masterKeys.current());
  const known = (id: string): KeyObject | undefined =>
    masterKeys
      .all()
      .map(of)
      .find(({ id: candidate }) => candidate === id)?.verifying;
  return {
    seal: (text) => ({ masterKeyId: masterKeys.current().id, mac: macOf(current(), text) }),
    check: async (text, { masterKeyId, mac }) => {
      const master = await masterKeys.find(masterKeyId);
      if (master === undefined) return 'unknown';
      return isSameText(macOf(of(master), text), mac) ? 'intact' : 'forged';
    },
    sign: (text) => sign(null, Buffer.from(text), current().signing).toString('base64'),
    signingKeyId: () => current().id,
    publicKey: async (id) => {
      if (known(id) === undefined) await masterKeys.reload().catch(() => undefined);
      return known(id);
    },
    publicKeys: () => masterKeys.all().map((master) => ({ id: of(master).id, key: of(master).verifying })),
  };
}

/** Public keys that were noted down, for those who have no master key. */
export function publicAnchorKeys(keys: readonly KeyObject[]): AnchorKeys {
  const byId = new Map(keys.map((key) => [publicKeyId(key), key]));
  return { publicKey: (id) => Promise.resolve(byId.get(id)) };
}

/** Whether `signature` is that of `text`. */
export function isSignature(text: string, signature: string, key: KeyObject): boolean {
  return verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64'));
}

interface DerivedKeys {
  /** Id of the public key. */
  readonly id: string;
  readonly mac: Buffer;
  readonly signing: KeyObject;
  readonly verifying: KeyObject;
}

const SEED_BYTES = 32;
const ID_LENGTH = 16;
/** The bytes before the seed in the PKCS #8 form of an Ed25519 key (RFC 8410, 7). */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');

function derive(master: Uint8Array): DerivedKeys {
  const keyFor = (purpose: string): Buffer =>
    Buffer.from(hkdfSync('sha256', master, '', `auscult ${purpose}`, SEED_BYTES));
  const pkcs8 = Buffer.concat([PKCS8_HEAD, keyFor('audit anchors')]);
  const signing = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  const verifying = createPublicKey(signing);
  return { id: publicKeyId(verifying), mac: keyFor('audit head'), signing, verifying };
}

function publicKeyId(key: KeyObject): string {
  const der = key.export({ format: 'der', type: 'spki' });
  return createHash('sha256').update(der).digest('hex').slice(0, ID_LENGTH);
}

function macOf({ mac }: DerivedKeys, text: string): string {
  return createHmac('sha256', mac).update(text).digest('hex');
}

function isSameText(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
