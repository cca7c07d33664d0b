import type { AuditLog } from '../audit/audit-log.js';
import { ConfigError } from '../config/config-error.js';
import { WRITE_PATIENCE, type CommitQueue } from '../db/commit-queue.js';
import type { Database } from '../db/database.js';
import { RequestError } from '../errors.js';
import type { RowIntegrity } from '../integrity/row-integrity.js';
import { destroyRows } from './destroy-rows.js';
import type { KeyCopies } from './key-copies/key-copies.js';
import type { Actor } from './record.js';
import type { RecordStore } from './record-store.js';

/** What a damaged record is destroyed with. */
export interface DestroyDamagedServices {
  readonly database: Database;
  readonly queue: CommitQueue;
  readonly audit: AuditLog;
  readonly integrity: RowIntegrity;
  readonly records: Pick<RecordStore, 'summary'>;
  readonly keyCopies: Pick<KeyCopies, 'whileDestroying'>;
}

/**
 * Destroys a record whose row is gone or was written by somebody other than a server: its key, and whatever is left of it.
 * Nothing vouches for the owner named in such a row, so permissions cannot be checked: this is for whoever has the database
 * and the master key. Refused as `record_on_hold` if the audit log knows of a hold, and as `record_open` while a server
 * holds the session.
 * @throws {ConfigError} if the record can be destroyed like any other, or if there is none
 */
export async function destroyDamaged(
  services: DestroyDamagedServices,
  id: string,
  { who, from, reason }: Actor,
): Promise<void> {
  const { database, queue, audit, integrity, keyCopies } = services;
  await requireDamaged(services, id);
  await integrity.revisions.refresh();
  if (integrity.revisions.isHeld(id)) throw new RequestError('record_on_hold');
  if (await isOpen(database, id)) throw new RequestError('record_open');
  await keyCopies.whileDestroying([id], () =>
    queue.submit(async (transaction) => {
      const counts = await destroyRows(transaction, id);
      await transaction.deleteFrom('session_groups').where('session_id', '=', id).execute();
      await audit.appendIn(transaction, {
        action: 'record.delete',
        outcome: 'success',
        who,
        from,
        what: id,
        reason,
        counts,
      });
    }, WRITE_PATIENCE),
  );
  await database.scrub().catch(() => false);
}

async function requireDamaged({ records, database }: DestroyDamagedServices, id: string): Promise<void> {
  try {
    const summary = await records.summary(id);
    if (summary !== undefined)
      throw new ConfigError(
        `the record ${id} is not damaged.`,
        'Whoever may destroys it with `DELETE /api/v1/sessions/ID`, or `auscult retention` does when its time is over.',
      );
  } catch (error) {
    if (error instanceof RequestError && error.code === 'record_damaged') return;
    throw error;
  }
  if (await hasRemains(database, id)) return;
  throw new ConfigError(`there is no record ${id}.`, 'See `auscult verify` for those that are damaged.');
}

/** Whether anything is left of a record whose row was removed. */
async function hasRemains({ db }: Database, id: string): Promise<boolean> {
  for (const table of [
    'data_keys',
    'segments',
    'refined_parts',
    'audio_pieces',
    'speaker_changes',
  ] as const) {
    const row = await db
      .selectFrom(table)
      .select('session_id')
      .where('session_id', '=', id)
      .limit(1)
      .executeTakeFirst();
    if (row !== undefined) return true;
  }
  return false;
}

async function isOpen({ db }: Database, id: string): Promise<boolean> {
  const row = await db
    .selectFrom('sessions')
    .innerJoin('servers', 'servers.id', 'sessions.server_id')
    .select('sessions.id')
    .where('sessions.id', '=', id)
    .where('ended_at', 'is', null)
    .executeTakeFirst();
  return row !== undefined;
}
