import type { Transaction } from 'kysely';
import type { Schema } from '../db/schema.js';
import type { AccessAudit, AuditedBy } from './access-audit.js';
import type { Identity } from './identity.js';

/** Whose voice it is. */
export type VoiceOwner = Pick<Identity, 'tenant' | 'subject'>;

/** Deletes somebody's voice, and says so in the audit log. Returns whether there was one. */
export async function destroyVoiceIn(
  transaction: Transaction<Schema>,
  audit: AccessAudit,
  { tenant, subject }: VoiceOwner,
  by: AuditedBy,
  reason?: string,
): Promise<boolean> {
  const { numDeletedRows } = await transaction
    .deleteFrom('enrolled_voices')
    .where('tenant', '=', tenant)
    .where('owner', '=', subject)
    .executeTakeFirst();
  if (numDeletedRows === 0n) return false;
  await audit.appendIn(transaction, {
    action: 'voice.delete',
    outcome: 'success',
    ...by,
    what: subject,
    reason,
  });
  return true;
}
