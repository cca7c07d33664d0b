import { sql } from 'kysely';
import { WRITE_PATIENCE } from '../db/commit-queue.js';
import type { Database } from '../db/database.js';
import { scrub } from '../db/scrub.js';
import type { AuditedBy } from './access-audit.js';
import type { ChangeServices } from './change-services.js';
import { destroyVoiceIn, type VoiceOwner } from './destroy-voice.js';

/** Enrolled voices whose key has expired: nobody can use them any more, or delete them as their owner. */
export async function findExpiredVoices(
  { db }: Pick<Database, 'db'>,
  now: Date,
): Promise<readonly VoiceOwner[]> {
  const rows = await db
    .selectFrom('enrolled_voices')
    .innerJoin('api_keys', (join) =>
      join.on('enrolled_voices.owner', '=', sql<string>`'key:' || ${sql.ref('api_keys.id')}`),
    )
    .select(['enrolled_voices.tenant', 'enrolled_voices.owner'])
    .where('api_keys.expires_at', '<=', now.toISOString())
    .orderBy('enrolled_voices.tenant')
    .orderBy('enrolled_voices.owner')
    .execute();
  return rows.map(({ tenant, owner }) => ({ tenant, subject: owner }));
}

/** Deletes the voices whose key has expired, each with an entry in the audit log. Resolves with those that it deleted. */
export async function destroyExpiredVoices(
  { database, queue, audit }: Pick<ChangeServices, 'database' | 'queue' | 'audit'>,
  by: AuditedBy,
  now: Date,
): Promise<readonly VoiceOwner[]> {
  const destroyed: VoiceOwner[] = [];
  for (const owner of await findExpiredVoices(database, now)) {
    let wasThere = false as boolean;
    await queue.submit(async (transaction) => {
      wasThere = await destroyVoiceIn(transaction, audit, owner, by, 'its key has expired');
    }, WRITE_PATIENCE);
    if (wasThere) destroyed.push(owner);
  }
  if (destroyed.length > 0) await scrub(database);
  return destroyed;
}
