import { OutcomeUnknownError, WRITE_PATIENCE } from '../db/commit-queue.js';
import type { Transaction } from 'kysely';
import type { Schema } from '../db/schema.js';
import { RequestError } from '../errors.js';
import { createAuditOnlyWriter } from './audit-only-writer.js';
import { newDataKey, wrapDataKey } from './data-keys.js';
import { INTERRUPTED } from './interrupted-sessions.js';
import type { KeepingSettings } from './keeping-settings.js';
import { recordEvent } from './record-events.js';
import { createHeadKeys, EMPTY_RECORD_HEAD } from './record-head.js';
import type { RecordServices } from './record-services.js';
import type { Actor, SessionKind } from './record.js';
import { descriptionColumns, type SessionDescription } from './recorded-settings.js';
import type { SessionRecordWriter } from './session-writer.js';
import { writeRecord } from './write-record.js';

/** A session that begins. */
export interface NewSession {
  readonly id: string;
  readonly kind: SessionKind;
  readonly actor: Actor;
  readonly groups: readonly string[];
  readonly model: string;
  /** As far as it is known when the session begins. */
  readonly description: SessionDescription;
}

/** The revision of a row that has just been inserted. */
const FIRST_REVISION = 1;

/** Begins the record of a session, and logs that it has begun. */
export async function beginRecord(
  services: RecordServices & KeepingSettings,
  session: NewSession,
): Promise<SessionRecordWriter> {
  const { queue, audit, rows } = services;
  const { id, kind, actor, groups, description } = session;
  const start = { ...recordEvent('session.start', actor, id), reason: kind };
  // While the database cannot be written, a session is refused at once instead of being made to wait.
  if (!queue.isWriting()) throw new RequestError('records_unavailable');
  if (!services.keepsFinals) {
    await audit.append(start);
    return createAuditOnlyWriter(id, actor, audit);
  }
  const dataKey = newDataKey();
  const row = newRow(services, session, dataKey);
  let isRepeated = false;
  const insert = async (transaction: Transaction<Schema>): Promise<void> => {
    // It was committed before, but the answer was lost with the connection.
    if (isRepeated && (await isThere(transaction, id))) return;
    isRepeated = true;
    await rows.insertIn(transaction, row, groups);
    await transaction
      .insertInto('data_keys')
      .values({ session_id: id, ...wrapDataKey(services.masterKeys, id, dataKey) })
      .execute();
    await audit.appendIn(transaction, { ...start, counts: { revision: FIRST_REVISION } });
  };
  try {
    await queue.submit(insert, WRITE_PATIENCE);
  } catch (error) {
    if (error instanceof OutcomeUnknownError) void endUnknown(services, session, dataKey);
    throw error;
  }
  rows.committed(id, FIRST_REVISION);
  return writeRecord(services, { id, actor, groups, dataKey, description });
}

/** Ends a session that was refused, if it is in the database nevertheless: as long as this server lives, nobody else would. */
async function endUnknown(
  services: RecordServices & KeepingSettings,
  { id, actor, groups, description }: NewSession,
  dataKey: Buffer,
): Promise<void> {
  const { queue, rows, log } = services;
  try {
    let isWritten: boolean | undefined;
    await queue.submit(async (transaction) => {
      isWritten = await isThere(transaction, id);
    });
    if (isWritten !== true) return;
    rows.committed(id, FIRST_REVISION);
    await writeRecord(services, { id, actor, groups, dataKey, description }).close(INTERRUPTED);
  } catch (error) {
    log.unexpected(error, { session: id });
  }
}

async function isThere(transaction: Transaction<Schema>, id: string): Promise<boolean> {
  const row = await transaction.selectFrom('sessions').select('id').where('id', '=', id).executeTakeFirst();
  return row !== undefined;
}

function newRow(
  { serverVersion, serverId }: KeepingSettings,
  { id, kind, actor, model, description }: NewSession,
  dataKey: Buffer,
) {
  return {
    id,
    kind,
    tenant: actor.who.tenant,
    owner: actor.who.subject,
    model,
    server_version: serverVersion,
    ...descriptionColumns(dataKey, id, description),
    started_at: new Date().toISOString(),
    ended_at: null,
    end_reason: null,
    finals: 0,
    audio_seconds: 0,
    missing_seconds: null,
    held: 0,
    server_id: serverId,
    head: createHeadKeys(dataKey, id).sealHead(EMPTY_RECORD_HEAD),
    revision: FIRST_REVISION,
  };
}
