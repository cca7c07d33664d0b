import type { Selectable } from 'kysely';
import { z } from 'zod';
import type { Schema } from '../db/schema.js';
import type { MasterKey, MasterKeys } from '../records/master-keys.js';
import { open, seal, type SealedPlace } from '../records/seal.js';

/** A template as it is stored. */
export type TemplateRow = Selectable<Schema['templates']>;

/** What a template says: it may tell how somebody works, or name people. */
export interface TemplateContent {
  /** As it is said to insert it. */
  readonly name: string;
  /** With its fields as `[[field]]`. */
  readonly text: string;
}

/** What may be known of a template without its key. The content opens only together with it. */
export type TemplateFacts = Pick<TemplateRow, 'id' | 'tenant' | 'owner' | 'version' | 'changed_at'>;

/** Encrypts a template under a master key. */
export function sealTemplate(
  { id, bytes }: MasterKey,
  facts: TemplateFacts,
  { name, text }: TemplateContent,
): Pick<TemplateRow, 'master_key_id' | 'sealed'> {
  const plain = Buffer.from(JSON.stringify({ name, text }));
  return { master_key_id: id, sealed: seal(bytes, plain, placeOf(facts, id)) };
}

/** Decrypts a template; undefined if its key is not there, or it or anything known of it was changed. */
export async function openTemplate(
  masterKeys: Pick<MasterKeys, 'find'>,
  row: TemplateRow,
): Promise<TemplateContent | undefined> {
  const key = await masterKeys.find(row.master_key_id);
  try {
    return key && content.parse(JSON.parse(open(key.bytes, row.sealed, placeOf(row, key.id)).toString()));
  } catch {
    return undefined;
  }
}

const content = z.object({ name: z.string(), text: z.string() });

function placeOf({ id, tenant, owner, version, changed_at }: TemplateFacts, keyId: string): SealedPlace {
  return ['templates', id, tenant, owner, version, changed_at, keyId];
}
