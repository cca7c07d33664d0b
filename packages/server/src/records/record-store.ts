import type { Transaction } from 'kysely';
import type { AuditAction, AuditEvent } from '../audit/audit-event.js';
import type { AuditLog } from '../audit/audit-log.js';
import type { CommitQueue } from '../db/commit-queue.js';
import type { Database } from '../db/database.js';
import type { Schema } from '../db/schema.js';
import { RequestError } from '../errors.js';
import type { Log } from '../telemetry/log.js';
import { newDataKey, unwrapDataKey, wrapDataKey } from './data-keys.js';
import { destroyRows } from './destroy.js';
import { findRecords, summaryOf } from './find-records.js';
import type { MasterKeys } from './master-keys.js';
import { createAudioPieces, openAudio } from './record-audio.js';
import { corrected, openFinal, sealFinal, type Reading } from './record-content.js';
import type {
  Actor,
  RecordPage,
  RecordSearch,
  RecordSummary,
  SegmentVersion,
  SessionKind,
  StoredRecord,
} from './record.js';
import { writeRefined, type RefinedText } from './refined-text.js';
import { descriptionColumns, openSettings, type SessionDescription } from './session-settings.js';
import { createAuditOnlyWriter, createSessionWriter, type SessionRecordWriter } from './session-writer.js';
import { readSegments } from './stored-segments.js';

/** A session that begins. */
interface NewSession {
  readonly id: string;
  readonly kind: SessionKind;
  readonly actor: Actor;
  readonly groups: readonly string[];
  readonly model: string;
  /** As far as it is known when it begins. */
  readonly description: SessionDescription;
}

/** A correction of one final. */
interface Correction {
  readonly reading: Reading;
  readonly place: number;
  /** The version that it corrects; refused as `record_changed` if there is a newer one. */
  readonly version: number;
  readonly text: string;
}

/**
 * Sessions and what was said in them, encrypted. Whatever is done with a record is in the audit log, in the same
 * transaction where something is changed, and before the answer where something is read; what cannot be logged is
 * refused as `records_unavailable`. What is not there is refused as `record_not_found`.
 */
export interface RecordStore {
  /** Begins the record of a session, and the log of it. */
  readonly open: (session: NewSession) => Promise<SessionRecordWriter>;
  readonly find: (search: RecordSearch, actor: Actor) => Promise<RecordPage>;
  /** What is known of a session without its key. Not audited: asked before it is decided who may do what. */
  readonly summary: (id: string) => Promise<RecordSummary | undefined>;
  /** Everything that was said, with all versions. */
  readonly read: (
    id: string,
    actor: Actor,
    action?: 'record.read' | 'record.export',
  ) => Promise<StoredRecord>;
  /** The kept audio of a channel as 16-bit PCM at 16 kHz, piece by piece. */
  readonly audio: (id: string, channel: number, actor: Actor) => Promise<AsyncIterable<Buffer>>;
  readonly correct: (id: string, correction: Correction, actor: Actor) => Promise<SegmentVersion>;
  /** Puts the session under legal hold, or releases it. */
  readonly hold: (id: string, held: boolean, actor: Actor) => Promise<void>;
  /**
   * Destroys keys and rows, with a certificate for each in the audit log. All are refused as `record_on_hold` or, while
   * the session is open, as `record_open` if one is.
   */
  readonly destroy: (ids: readonly string[], actor: Actor, action?: DestroyAction) => Promise<void>;
}

/** Somebody asks for it, or the time that records are kept is over. */
type DestroyAction = Extract<AuditAction, 'record.delete' | 'retention.destroy'>;

/** What the store needs. */
export interface StoreServices {
  readonly database: Database;
  readonly queue: CommitQueue;
  readonly audit: AuditLog;
  readonly masterKeys: MasterKeys;
  readonly log: Log;
  /** Of the server, kept with each session. */
  readonly serverVersion: string;
  /** Whether finals are kept, or only logged that there was a session. */
  readonly keepsFinals: boolean;
  readonly keepsAudio: boolean;
  /** Stands beside the sessions that are opened here: see `holdSessions`. */
  readonly serverId: string;
  /** Takes keys of sessions out of the copy that backups are read with, before they are destroyed here. */
  readonly forgetKeys: (sessionIds: readonly string[]) => Promise<void>;
}

/** How long somebody waits before the answer is `records_unavailable`, milliseconds. */
const PATIENCE = { milliseconds: 5000 } as const;

/** Sessions that are destroyed in one transaction. */
const DESTROYED_TOGETHER = 50;
const SCRUB_AGAIN_MS = 1000;

/** Opens the store. */
export function createRecordStore(services: StoreServices): RecordStore {
  const { database, queue, audit, masterKeys, log } = services;
  const { db } = database;
  const open = new Set<string>();

  const begin: RecordStore['open'] = async ({ id, kind, actor, groups, model, description }) => {
    const start = { ...eventOf('session.start', actor, id), reason: kind };
    // What could not be recorded for a while is not begun: the wait would be for nothing.
    if (!queue.isWriting()) throw new RequestError('records_unavailable');
    if (!services.keepsFinals) {
      await audit.append(start);
      return createAuditOnlyWriter(id, actor, audit);
    }
    const dataKey = newDataKey();
    const columns = descriptionColumns(dataKey, id, description);
    await queue.submit(async (transaction) => {
      await transaction
        .insertInto('sessions')
        .values({
          id,
          kind,
          tenant: actor.who.tenant,
          owner: actor.who.subject,
          model,
          server_version: services.serverVersion,
          ...columns,
          started_at: new Date().toISOString(),
          server_id: services.serverId,
        })
        .execute();
      for (const name of groups)
        await transaction.insertInto('session_groups').values({ session_id: id, name }).execute();
      await transaction
        .insertInto('data_keys')
        .values({ session_id: id, ...wrapDataKey(masterKeys, id, dataKey) })
        .execute();
      await audit.appendIn(transaction, start);
    }, PATIENCE);
    open.add(id);
    const writer = createSessionWriter({
      sessionId: id,
      actor,
      dataKey,
      queue,
      audit,
      description,
      audioPieces: services.keepsAudio ? createAudioPieces() : undefined,
      onAudioLost: () => {
        log.error('audio not kept', { session: id });
      },
    });
    return {
      ...writer,
      refine: (text) => refine(id, text, actor),
      close: (reason, missingSeconds) => writer.close(reason, missingSeconds).finally(() => open.delete(id)),
    };
  };

  const refine = (id: string, text: RefinedText, actor: Actor): Promise<void> =>
    queue.submit(async (transaction) => {
      await requireThere(transaction, id);
      const dataKey = await keyOf(transaction, id);
      const isNew = await writeRefined(transaction, id, dataKey, text);
      dataKey.fill(0);
      if (!isNew) return;
      const counts = { finals: text.finals.length };
      await audit.appendIn(transaction, { ...eventOf('record.refine', actor, id), counts });
    });

  const summary: RecordStore['summary'] = async (id) => {
    const row = await db.selectFrom('sessions').selectAll().where('id', '=', id).executeTakeFirst();
    if (row === undefined) return undefined;
    const groups = await db
      .selectFrom('session_groups')
      .select('name')
      .where('session_id', '=', id)
      .execute();
    return summaryOf(
      row,
      groups.map(({ name }) => name),
    );
  };

  const required = async (id: string): Promise<RecordSummary> => {
    const found = await summary(id);
    if (found === undefined) throw new RequestError('record_not_found');
    return found;
  };

  const keyOf = async (reading: Database['db'], id: string): Promise<Buffer> => {
    const row = await reading
      .selectFrom('data_keys')
      .select(['master_key_id', 'wrapped'])
      .where('session_id', '=', id)
      .executeTakeFirst();
    if (row === undefined) throw new RequestError('record_damaged');
    return unwrapDataKey(masterKeys, id, row);
  };

  /** That something is not what was written is for the auditor, too. */
  const reportingDamage = async <Result>(
    id: string,
    actor: Actor,
    work: () => Promise<Result>,
  ): Promise<Result> => {
    try {
      return await work();
    } catch (error) {
      if (error instanceof RequestError && error.code === 'record_damaged')
        await audit.append({ ...eventOf('record.damaged', actor, id), outcome: 'failure' });
      throw error;
    }
  };

  const read: RecordStore['read'] = async (id, actor, action = 'record.read') => {
    const about = await required(id);
    return reportingDamage(id, actor, async () => {
      const dataKey = await keyOf(db, id);
      const said = await readSegments({ db, id, dataKey }, about.finals);
      const settings = await settingsOf(id, dataKey);
      await audit.append(eventOf(action, actor, id));
      return { ...about, settings, ...said };
    });
  };

  const settingsOf = async (id: string, dataKey: Buffer): Promise<StoredRecord['settings']> => {
    const row = await db.selectFrom('sessions').select('settings').where('id', '=', id).executeTakeFirst();
    const sealed = row?.settings ?? undefined;
    return sealed && openSettings(dataKey, sealed, id);
  };

  const correct: RecordStore['correct'] = async (id, { reading, place, version, text }, actor) => {
    await required(id);
    let result: SegmentVersion | undefined;
    await reportingDamage(id, actor, () =>
      queue.submit(async (transaction) => {
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
        const dataKey = await keyOf(transaction, id);
        const at = { sessionId: id, reading, place, version };
        const final = corrected(openFinal(dataKey, newest.sealed, at), text);
        const next = { ...at, version: version + 1 };
        const writtenAt = new Date().toISOString();
        await transaction
          .insertInto('segments')
          .values({
            session_id: id,
            reading,
            place,
            version: next.version,
            written_at: writtenAt,
            written_by: actor.who.subject,
            sealed: sealFinal(dataKey, final, next),
          })
          .execute();
        await audit.appendIn(transaction, {
          ...eventOf('record.correct', actor, id),
          counts: { place, version: next.version },
        });
        result = { ...final, version: next.version, writtenAt, writtenBy: actor.who.subject };
      }, PATIENCE),
    );
    if (result === undefined) throw new TypeError('a correction was committed without being made');
    return result;
  };

  const hold: RecordStore['hold'] = async (id, held, actor) => {
    await required(id);
    await queue.submit(async (transaction) => {
      await transaction
        .updateTable('sessions')
        .set({ held: held ? 1 : 0 })
        .where('id', '=', id)
        .execute();
      await audit.appendIn(transaction, eventOf(held ? 'record.hold' : 'record.release', actor, id));
    }, PATIENCE);
  };

  const destroy: RecordStore['destroy'] = async (ids, actor, action = 'record.delete') => {
    for (const id of ids) requireDestructible(await required(id));
    // The copy first: a crash between both leaves a record that can be destroyed again.
    await services.forgetKeys(ids);
    for (let from = 0; from < ids.length; from += DESTROYED_TOGETHER) {
      const some = ids.slice(from, from + DESTROYED_TOGETHER);
      await queue.submit(async (transaction) => {
        for (const id of some) {
          // A hold that came meanwhile counts.
          await requireNotHeld(transaction, id);
          const counts = await destroyRows(transaction, id);
          await audit.appendIn(transaction, { ...eventOf(action, actor, id), counts });
        }
      }, PATIENCE);
    }
    await scrub();
  };

  /** Readers of an older state hold it up; it is tried until they are gone. */
  const scrub = async (): Promise<void> => {
    const isScrubbed = await database.scrub().catch(() => false);
    if (!isScrubbed) setTimeout(() => void scrub(), SCRUB_AGAIN_MS).unref();
  };

  const requireDestructible = ({ id, held, endedAt }: RecordSummary): void => {
    if (held) throw new RequestError('record_on_hold');
    if (open.has(id) || endedAt === undefined) throw new RequestError('record_open');
  };

  return {
    open: begin,
    find: async (search, actor) => {
      const page = await findRecords(db, search);
      await audit.append({
        ...eventOf('record.list', actor, undefined),
        counts: { found: page.records.length },
      });
      return page;
    },
    summary,
    read,
    audio: async (id, channel, actor) => {
      await required(id);
      const dataKey = await keyOf(db, id);
      await audit.append(eventOf('record.export', actor, id));
      return readAudio(db, id, channel, dataKey);
    },
    correct,
    hold,
    destroy,
  };
}

async function requireNotHeld(transaction: Transaction<Schema>, id: string): Promise<void> {
  const { held } = await requireThere(transaction, id);
  if (held === 1) throw new RequestError('record_on_hold');
}

async function requireThere(
  transaction: Transaction<Schema>,
  id: string,
): Promise<{ readonly held: number }> {
  const row = await transaction.selectFrom('sessions').select('held').where('id', '=', id).executeTakeFirst();
  if (row === undefined) throw new RequestError('record_not_found');
  return row;
}

async function* readAudio(
  db: Database['db'],
  id: string,
  channel: number,
  dataKey: Buffer,
): AsyncGenerator<Buffer> {
  for (let place = 0; ; place++) {
    const row = await db
      .selectFrom('audio_pieces')
      .selectAll()
      .where('session_id', '=', id)
      .where('channel', '=', channel)
      .where('place', '=', place)
      .executeTakeFirst();
    if (row === undefined) return;
    yield openAudio(dataKey, row);
  }
}

function eventOf(action: AuditAction, { who, from, reason }: Actor, what: string | undefined): AuditEvent {
  return { action, outcome: 'success', who, from, what, ...(reason === undefined ? {} : { reason }) };
}
