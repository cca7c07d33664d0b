import type { Transaction } from 'kysely';
import { z } from 'zod';
import type { Database } from '../db/database.js';
import type { Schema } from '../db/schema.js';
import { EMPTY_CHAIN, type ChainHead } from './audit-entry.js';
import type { AuditKeys } from './audit-keys.js';

const chainHead = z.object({ sequence: z.int().min(0), hash: z.string() });
const anchoredChain = chainHead.extend({
  /** Random name of a chain of anchors. */
  chain: z.string(),
  /** The file that it is in: chains of several servers may be in one database. */
  place: z.string(),
  /** Anchors so far; the number of the last. */
  number: z.int().min(0),
  /** Digest of the last anchor. */
  digest: z.string(),
});
const sealedContent = chainHead.extend({
  anchored: z.array(anchoredChain),
  // The first versions that vouched for rows did not say so here.
  rowsVouchedFor: z.boolean().default(false),
});

/** A chain of anchors, up to its last one. */
export type AnchoredChain = Readonly<z.output<typeof anchoredChain>>;

/** The end of the chain of entries, and the anchors that were made of it. */
export interface AuditHead extends ChainHead {
  readonly anchored: readonly AnchoredChain[];
  /** Whether rows are vouched for, so that a row without a MAC is always refused, whatever happens to the log. */
  readonly rowsVouchedFor: boolean;
}

/** What the database says about the head: only an intact one was written by somebody with a master key. */
export type ReadHead =
  | { readonly kind: 'none' }
  | { readonly kind: 'forged' }
  | { readonly kind: 'unknown-key'; readonly masterKeyId: string }
  | { readonly kind: 'intact'; readonly head: AuditHead; readonly masterKeyId: string };

/** The head before the first entry. */
export const EMPTY_AUDIT_HEAD: AuditHead = { ...EMPTY_CHAIN, anchored: [], rowsVouchedFor: false };

/** Reads the head and checks its seal. */
export async function readSealedHead(db: Database['db'], keys: AuditKeys): Promise<ReadHead> {
  const row = await db.selectFrom('audit_head').selectAll().where('id', '=', ONLY).executeTakeFirst();
  if (row === undefined) return { kind: 'none' };
  const { content, master_key_id: masterKeyId, mac } = row;
  switch (await keys.check(content, { masterKeyId, mac })) {
    case 'intact':
      return { kind: 'intact', head: sealedContent.parse(JSON.parse(content)), masterKeyId };
    case 'forged':
      return { kind: 'forged' };
    case 'unknown':
      return { kind: 'unknown-key', masterKeyId };
  }
}

/** Writes the head under the current master key. The caller holds the lock of the chain. */
export async function writeSealedHead(
  transaction: Transaction<Schema>,
  keys: AuditKeys,
  head: AuditHead,
): Promise<void> {
  const content = JSON.stringify(head);
  const { masterKeyId, mac } = keys.seal(content);
  const sealed = { content, master_key_id: masterKeyId, mac };
  await transaction
    .insertInto('audit_head')
    .values({ id: ONLY, ...sealed })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(sealed))
    .execute();
}

const ONLY = 1;
