import { createHash } from 'node:crypto';
import { z } from 'zod';
import { parseJson } from '../parse-json.js';
import type { ChainHead } from './audit-entry.js';
import { isSignature, type AnchorKeys, type AuditKeys } from './audit-keys.js';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
/** The fields are in the order of a line, as there is only one way to write an anchor. */
const signedAnchor = z.strictObject({
  chain: z.string(),
  number: z.int().min(1),
  sequence: z.int().min(0),
  hash: sha256,
  time: z.string(),
  before: sha256,
  key: z.string(),
  signature: z.string(),
});
/** An anchor as earlier versions wrote it. */
const unsignedAnchor = z.object({ sequence: z.int().min(0), hash: z.string(), time: z.string() });

/**
 * A head of the audit log, noted outside the database. Anchors form a chain of their own: `number` counts them and
 * `before` is the digest of the one before. `key` names the Ed25519 key of `signature`, which covers the line without
 * itself.
 */
export type Anchor = Readonly<z.output<typeof signedAnchor>>;

/** What a line of an anchor file is. */
export type AnchorLine =
  | { readonly kind: 'signed'; readonly anchor: Anchor; readonly line: string; readonly digest: string }
  | { readonly kind: 'unsigned'; readonly head: ChainHead }
  | { readonly kind: 'damaged' };

/** The digest before the first anchor of a chain. */
export const NOTHING_BEFORE = '0'.repeat(64);

/** The line of a new anchor. */
export function signAnchor(
  keys: AuditKeys,
  { chain, number, sequence, hash, before }: Omit<Anchor, 'time' | 'key' | 'signature'>,
): string {
  const time = new Date().toISOString();
  const content = { chain, number, sequence, hash, time, before, key: keys.signingKeyId() };
  return JSON.stringify({ ...content, signature: keys.sign(JSON.stringify(content)) });
}

/** SHA-256 of an anchor's line, hexadecimal. */
export function anchorDigest(line: string): string {
  return createHash('sha256').update(line).digest('hex');
}

/** What a line is. Signatures are not checked. */
export function readAnchorLine(line: string): AnchorLine {
  const parsed = parseJson(line);
  const signed = signedAnchor.safeParse(parsed);
  if (signed.success)
    return JSON.stringify(signed.data) === line
      ? { kind: 'signed', anchor: signed.data, line, digest: anchorDigest(line) }
      : { kind: 'damaged' };
  if (typeof parsed === 'object' && parsed !== null && 'signature' in parsed) return { kind: 'damaged' };
  const unsigned = unsignedAnchor.safeParse(parsed);
  return unsigned.success ? { kind: 'unsigned', head: unsigned.data } : { kind: 'damaged' };
}

/** Whether the anchor was signed with the key that it names; `unknown` if that is not there. */
export async function checkSignature(
  { signature, ...content }: Anchor,
  keys: AnchorKeys,
): Promise<'signed' | 'forged' | 'unknown'> {
  const key = await keys.publicKey(content.key);
  if (key === undefined) return 'unknown';
  return isSignature(JSON.stringify(content), signature, key) ? 'signed' : 'forged';
}
