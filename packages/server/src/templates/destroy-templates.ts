import { sql, type Transaction } from 'kysely';
import type { AccessAudit, AuditedBy } from '../access/access-audit.js';
import type { Identity } from '../access/identity.js';
import type { Schema } from '../db/schema.js';

/** Whose templates they are. */
export type TemplateOwner = Pick<Identity, 'tenant' | 'subject'>;

/** Deletes all templates of somebody, and says so in the audit log, of each. Returns how many there were. */
export async function destroyTemplatesIn(
  transaction: Transaction<Schema>,
  audit: AccessAudit,
  { tenant, subject }: TemplateOwner,
  by: AuditedBy,
  reason?: string,
): Promise<number> {
  const rows = await transaction
    .deleteFrom('templates')
    .where('tenant', '=', tenant)
    .where('owner', '=', subject)
    .returning('id')
    .execute();
  for (const { id } of rows)
    await audit.appendIn(transaction, {
      action: 'template.delete',
      outcome: 'success',
      ...by,
      what: id,
      reason,
    });
  return rows.length;
}

/** Deletes the templates of keys that have expired: nobody can use them any more, or delete them as their owner. Resolves with how many. */
export async function destroyExpiredTemplatesIn(
  transaction: Transaction<Schema>,
  audit: AccessAudit,
  by: AuditedBy,
  now: Date,
): Promise<number> {
  const owners = await transaction
    .selectFrom('templates')
    .innerJoin('api_keys', (join) =>
      join.on('templates.owner', '=', sql<string>`'key:' || ${sql.ref('api_keys.id')}`),
    )
    .select(['templates.tenant', 'templates.owner'])
    .distinct()
    .where('api_keys.expires_at', '<=', now.toISOString())
    .execute();
  let destroyed = 0;
  for (const { tenant, owner: subject } of owners)
    destroyed += await destroyTemplatesIn(transaction, audit, { tenant, subject }, by, 'its key has expired');
  return destroyed;
}
