import type { Database } from '../db/database.js';

/** When those API keys of all tenants expire that are neither revoked nor good for ever. */
export async function expiriesOfKeys({ db }: Pick<Database, 'db'>): Promise<readonly Date[]> {
  const rows = await db
    .selectFrom('api_keys')
    .select('expires_at')
    .where('revoked_at', 'is', null)
    .where('expires_at', 'is not', null)
    .execute();
  return rows.flatMap(({ expires_at }) => (expires_at === null ? [] : [new Date(expires_at)]));
}
