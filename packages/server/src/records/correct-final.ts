import type { Selectable, Transaction } from 'kysely';
import { WRITE_PATIENCE } from '../db/commit-queue.js';
import type { Schema } from '../db/schema.js';
import { RequestError } from '../errors.js';
import { changeRecord } from './change-record.js';
import { readDataKey } from './data-keys.js';
import { corrected, openFinal, sealFinal, type RecognitionPass } from './record-content.js';
import { recordEvent, reportingDamage } from './record-events.js';
import type { RecordServices } from './record-services.js';
import type { Actor, SegmentVersion } from './record.js';
import { headWith } from './record-head.js';
import { requireWhole } from './whole-record.js';

/** A correction of one final. */
export interface Correction {
  readonly reading: RecognitionPass;
  readonly place: number;
  /** The version that it corrects; refused as `record_changed` if there is a newer one. */
  readonly version: number;
  readonly text: string;
}

/** Adds a version with the corrected text. Refused as `record_damaged` if the record is not whole. */
export async function correctFinal(
  services: RecordServices,
  id: string,
  correction: Correction,
  actor: Actor,
): Promise<SegmentVersion> {
  let result: SegmentVersion | undefined;
  await reportingDamage(services.audit, id, actor, async () => {
    await requireWhole(services, id);
    await changeRecord(
      services,
      id,
      async (transaction) => {
        const { version, revision } = await correctIn(transaction, services, id, correction, actor);
        result = version;
        return revision;
      },
      WRITE_PATIENCE,
    );
  });
  if (result === undefined) throw new TypeError('a correction was committed without being made');
  return result;
}

/** Writes the version, the head and the audit entry; returns the version, and the revision of the row that vouches for it. */
async function correctIn(
  transaction: Transaction<Schema>,
  { rows, masterKeys, audit }: RecordServices,
  id: string,
  correction: Correction,
  actor: Actor,
): Promise<{ readonly version: SegmentVersion; readonly revision: number }> {
  const { reading, place, version, text } = correction;
  const session = await rows.readIn(transaction, id);
  const newest = await newestVersion(transaction, id, correction);
  const dataKey = await readDataKey(transaction, masterKeys, id);
  const at = { sessionId: id, reading, place, version };
  const final = corrected(openFinal(dataKey, newest.sealed, at), text);
  const next = { ...at, version: version + 1 };
  const writtenAt = new Date().toISOString();
  const segment = {
    session_id: id,
    reading,
    place,
    version: next.version,
    written_at: writtenAt,
    written_by: actor.who.subject,
    sealed: sealFinal(dataKey, final, next),
  };
  await transaction.insertInto('segments').values(segment).execute();
  const head = headWith(session.row, dataKey, [{ table: 'segments', ...segment }]);
  dataKey.fill(0);
  const revision = await rows.changeIn(transaction, session, { head });
  await audit.appendIn(transaction, {
    ...recordEvent('record.correct', actor, id),
    counts: { place, version: next.version, revision },
  });
  return {
    version: { ...final, version: next.version, writtenAt, writtenBy: actor.who.subject },
    revision,
  };
}

/** The newest version of the final, which must be the one that is corrected. */
async function newestVersion(
  transaction: Transaction<Schema>,
  id: string,
  { reading, place, version }: Correction,
): Promise<Selectable<Schema['segments']>> {
  const newest = await transaction
    .selectFrom('segments')
    .selectAll()
    .where('session_id', '=', id)
    .where('reading', '=', reading)
    .where('place', '=', place)
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (newest === undefined) throw new RequestError('record_not_found', { field: 'place' });
  if (newest.version !== version)
    throw new RequestError('record_changed', { field: 'version', limit: String(newest.version) });
  return newest;
}
