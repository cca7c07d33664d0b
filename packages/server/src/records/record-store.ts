import type { Transaction } from 'kysely';
import type { AuditAction, AuditEvent } from '../audit/audit-event.js';
import type { AuditLog } from '../audit/audit-log.js';
import type { CommitQueue } from '../db/commit-queue.js';
import type { Database } from '../db/database.js';
import type { Schema } from '../db/schema.js';
import { RequestError } from '../errors.js';
import type { RowIntegrity } from '../integrity/row-integrity.js';
import type { Log } from '../telemetry/log.js';
import { newDataKey, unwrapDataKey, wrapDataKey } from './data-keys.js';
import { destroyRows } from './destroy-rows.js';
import { audioExtent, createHeadKeys, EMPTY_HEAD, type AudioExtent, type TextRow } from './record-head.js';
import { findRecords, summaryOf } from './find-records.js';
import type { KeyCopies } from './key-copies/key-copies.js';
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
import { createSessionRows, type AuthenticSession, type SessionRow } from './session-rows.js';
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
  /** Whether there was a record that is gone for good. */
  readonly isDestroyed: (id: string) => Promise<boolean>;
  /** What is known of a session without its key. Not audited: asked before it is decided who may do what. */
  readonly summary: (id: string) => Promise<RecordSummary | undefined>;
  /**
   * Everything that was said, with all versions. Refused as `record_damaged` where that is not all that was written, or
   * not only that; unless `damaged` asks for what is left.
   */
  readonly read: (
    id: string,
    actor: Actor,
    action?: 'record.read' | 'record.export',
    damaged?: 'refuse' | 'show',
  ) => Promise<StoredRecord>;
  /** The kept audio of a channel as 16-bit PCM at 16 kHz, piece by piece. */
  readonly audio: (id: string, channel: number, actor: Actor) => Promise<AsyncIterable<Buffer>>;
  readonly correct: (id: string, correction: Correction, actor: Actor) => Promise<SegmentVersion>;
  /** Puts the session under legal hold, or releases it. */
  readonly hold: (id: string, held: boolean, actor: Actor) => Promise<void>;
  /**
   * Destroys keys and rows, with a certificate for each in the audit log. All are refused as `record_on_hold` or, while
   * the session is open, as `record_open` if one is. Resolves when no copy of data keys that can be reached holds their
   * keys; rejects with `key_copy_unavailable` where that cannot be had.
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
  readonly integrity: RowIntegrity;
  readonly log: Log;
  /** Of the server, kept with each session. */
  readonly serverVersion: string;
  /** Whether finals are kept, or only logged that there was a session. */
  readonly keepsFinals: boolean;
  readonly keepsAudio: boolean;
  /** Stands beside the sessions that are opened here: see `holdSessions`. */
  readonly serverId: string;
  readonly keyCopies: Pick<KeyCopies, 'whileDestroying'>;
}

/** How long somebody waits before the answer is `records_unavailable`, milliseconds. */
const PATIENCE = { milliseconds: 5000 } as const;

/** Sessions that are destroyed in one transaction. */
const DESTROYED_TOGETHER = 50;
const SCRUB_AGAIN_MS = 1000;

/** Of a session that has just begun. */
const FIRST_REVISION = 1;

/** Opens the store. */
export function createRecordStore(services: StoreServices): RecordStore {
  const { database, queue, audit, masterKeys, integrity, log } = services;
  const { db } = database;
  const rows = createSessionRows(database, integrity);
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
    const row = {
      id,
      kind,
      tenant: actor.who.tenant,
      owner: actor.who.subject,
      model,
      server_version: services.serverVersion,
      ...descriptionColumns(dataKey, id, description),
      started_at: new Date().toISOString(),
      ended_at: null,
      end_reason: null,
      finals: 0,
      audio_seconds: 0,
      missing_seconds: null,
      held: 0,
      server_id: services.serverId,
      head: createHeadKeys(dataKey, id).sealHead(EMPTY_HEAD),
      revision: FIRST_REVISION,
    };
    await queue.submit(async (transaction) => {
      await rows.insertIn(transaction, row, groups);
      await transaction
        .insertInto('data_keys')
        .values({ session_id: id, ...wrapDataKey(masterKeys, id, dataKey) })
        .execute();
      await audit.appendIn(transaction, { ...start, counts: { revision: FIRST_REVISION } });
    }, PATIENCE);
    rows.committed(id, FIRST_REVISION);
    open.add(id);
    const writer = createSessionWriter({
      sessionId: id,
      actor,
      groups,
      dataKey,
      rows,
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

  /** Changes a session within a transaction, and notes its new revision once that is committed. */
  const changing = async (
    work: (transaction: Transaction<Schema>) => Promise<number | undefined>,
    id: string,
    patience?: typeof PATIENCE,
  ): Promise<void> => {
    let revision: number | undefined;
    await queue.submit(async (transaction) => {
      revision = await work(transaction);
    }, patience);
    if (revision !== undefined) rows.committed(id, revision);
  };

  const refine = (id: string, text: RefinedText, actor: Actor): Promise<void> =>
    changing(async (transaction) => {
      const session = await rows.readIn(transaction, id);
      const dataKey = await keyOf(transaction, id);
      const added = await writeRefined(transaction, id, dataKey, text);
      const head = added && headWith(session, dataKey, added);
      dataKey.fill(0);
      if (head === undefined) return undefined;
      const revision = await rows.changeIn(transaction, session, { head });
      const counts = { finals: text.finals.length, revision };
      await audit.appendIn(transaction, { ...eventOf('record.refine', actor, id), counts });
      return revision;
    }, id);

  const summary: RecordStore['summary'] = async (id) => {
    const session = await rows.find(id);
    return session && summaryOf(session.row, session.groups);
  };

  const requiredSession = async (id: string): Promise<AuthenticSession> => {
    const found = await rows.find(id);
    if (found === undefined) throw new RequestError('record_not_found');
    return found;
  };

  const required = async (id: string): Promise<RecordSummary> => {
    const { row, groups } = await requiredSession(id);
    return summaryOf(row, groups);
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

  const read: RecordStore['read'] = async (id, actor, action = 'record.read', damaged = 'refuse') =>
    reportingDamage(id, actor, async () => {
      const { row, groups } = await requiredSession(id);
      const dataKey = await keyOf(db, id);
      const said = await readWhole(row, dataKey);
      if (!said.isWhole) await reportShortened(id, actor, damaged);
      const settings = row.settings === null ? undefined : openSettings(dataKey, row.settings, id);
      await audit.append(eventOf(action, actor, id));
      return { ...summaryOf(row, groups), settings, ...said };
    });

  /** What is in a record. A commit that comes between the row and the text is no reason to doubt either. */
  const readWhole = async ({ id, finals, head, revision }: SessionRow, dataKey: Buffer) => {
    const said = await readSegments({ db, id, dataKey, finals, head });
    if (said.isWhole) return said;
    const { row: now } = await requiredSession(id);
    return now.revision === revision
      ? said
      : readSegments({ db, id, dataKey, finals: now.finals, head: now.head });
  };

  /** With `show`, who reads is shown what is left; the auditor is told either way. */
  const reportShortened = async (id: string, actor: Actor, damaged: 'refuse' | 'show'): Promise<void> => {
    integrity.refused.report({ table: 'sessions', id, refusal: 'shortened' });
    if (damaged === 'refuse') throw new RequestError('record_damaged', { field: 'damaged', limit: 'show' });
    await audit.append({ ...eventOf('record.damaged', actor, id), outcome: 'failure' });
  };

  /** How much audio of a channel there is, by the head. Throws `record_damaged` if the pieces are not as many. */
  const audioOf = async (row: SessionRow, channel: number, dataKey: Buffer): Promise<AudioExtent> => {
    const extent =
      row.head === null
        ? undefined
        : audioExtent(createHeadKeys(dataKey, row.id).openHead(row.head), channel);
    const { pieces } = await db
      .selectFrom('audio_pieces')
      .select(({ fn }) => fn.countAll<number>().as('pieces'))
      .where('session_id', '=', row.id)
      .where('channel', '=', channel)
      .where('place', '<', extent?.end ?? 0)
      .executeTakeFirstOrThrow();
    if (extent !== undefined && Number(pieces) === extent.pieces) return extent;
    integrity.refused.report({ table: 'sessions', id: row.id, refusal: 'shortened' });
    throw new RequestError('record_damaged');
  };

  /** Nothing is added to what is not whole: the addition would vouch for the rest. */
  const requireWhole = async (id: string): Promise<void> => {
    const { row } = await requiredSession(id);
    const dataKey = await keyOf(db, id);
    const { isWhole } = await readWhole(row, dataKey);
    dataKey.fill(0);
    if (isWhole) return;
    integrity.refused.report({ table: 'sessions', id, refusal: 'shortened' });
    throw new RequestError('record_damaged');
  };

  const correct: RecordStore['correct'] = async (id, { reading, place, version, text }, actor) => {
    let result: SegmentVersion | undefined;
    await reportingDamage(id, actor, async () => {
      await requireWhole(id);
      await changing(
        async (transaction) => {
          const session = await rows.readIn(transaction, id);
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
          const head = headWith(session, dataKey, [{ table: 'segments', ...segment }]);
          dataKey.fill(0);
          const revision = await rows.changeIn(transaction, session, { head });
          await audit.appendIn(transaction, {
            ...eventOf('record.correct', actor, id),
            counts: { place, version: next.version, revision },
          });
          result = { ...final, version: next.version, writtenAt, writtenBy: actor.who.subject };
          return revision;
        },
        id,
        PATIENCE,
      );
    });
    if (result === undefined) throw new TypeError('a correction was committed without being made');
    return result;
  };

  const hold: RecordStore['hold'] = async (id, held, actor) => {
    await required(id);
    await changing(
      async (transaction) => {
        const session = await rows.readIn(transaction, id);
        const revision = await rows.changeIn(transaction, session, { held: held ? 1 : 0 });
        await audit.appendIn(transaction, {
          ...eventOf(held ? 'record.hold' : 'record.release', actor, id),
          counts: { revision },
        });
        return revision;
      },
      id,
      PATIENCE,
    );
    integrity.revisions.noteHeld(id, held);
  };

  const destroy: RecordStore['destroy'] = async (wanted, actor, action = 'record.delete') => {
    const ids: string[] = [];
    for (const id of wanted) if (await isDestructible(id, action)) ids.push(id);
    const commit = async (): Promise<void> => {
      for (let from = 0; from < ids.length; from += DESTROYED_TOGETHER)
        await destroySome(ids.slice(from, from + DESTROYED_TOGETHER), actor, action);
    };
    try {
      await services.keyCopies.whileDestroying(ids, commit);
    } catch (error) {
      if (error instanceof RequestError && error.code === 'key_copy_unavailable')
        await noteUndone(ids, actor, action);
      throw error;
    } finally {
      await scrub();
    }
  };

  const destroySome = (ids: readonly string[], actor: Actor, action: DestroyAction): Promise<void> =>
    queue.submit(async (transaction) => {
      for (const id of ids) {
        // A hold that came meanwhile counts, and so does a session that goes on after all.
        const session = await rows.readIn(transaction, id);
        requireNotHeld(session);
        if (session.row.ended_at === null) throw new RequestError('record_open');
        const counts = await destroyRows(transaction, id);
        await audit.appendIn(transaction, { ...eventOf(action, actor, id), counts });
      }
    }, PATIENCE);

  /** That somebody wanted it, and keys are left. */
  const noteUndone = async (ids: readonly string[], actor: Actor, action: DestroyAction): Promise<void> => {
    const [only, ...others] = ids;
    const event = eventOf(action, actor, others.length === 0 ? only : undefined);
    const counts = { records: ids.length };
    await audit
      .append({ ...event, outcome: 'failure', reason: 'key_copy_unavailable', counts })
      .catch(() => undefined);
  };

  /** Throws why it must not be destroyed. What was written past the server stops no policy from destroying the rest. */
  const isDestructible = async (id: string, action: DestroyAction): Promise<boolean> => {
    try {
      const { row, groups } = await requiredSession(id);
      requireNotHeld({ row });
      requireDestructible(summaryOf(row, groups));
      return true;
    } catch (error) {
      const isForged = error instanceof RequestError && error.code === 'record_damaged';
      if (isForged && action === 'retention.destroy') return false;
      throw error;
    }
  };

  /** By the row, and by the audit log, from which nobody takes a hold unnoticed. */
  const requireNotHeld = ({ row: { id, held } }: Pick<AuthenticSession, 'row'>): void => {
    if (held === 1) throw new RequestError('record_on_hold');
    if (!integrity.revisions.isHeld(id)) return;
    integrity.refused.report({ table: 'sessions', id, refusal: 'replayed' });
    throw new RequestError('record_on_hold');
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
      const page = await findRecords(db, search, rows);
      await audit.append({
        ...eventOf('record.list', actor, undefined),
        counts: { found: page.records.length },
      });
      return page;
    },
    isDestroyed: async (id) => {
      const row = await db
        .selectFrom('destroyed_keys')
        .select('session_id')
        .where('session_id', '=', id)
        .executeTakeFirst();
      return row !== undefined;
    },
    summary,
    read,
    audio: async (id, channel, actor) => {
      return reportingDamage(id, actor, async () => {
        const { row } = await requiredSession(id);
        const dataKey = await keyOf(db, id);
        const extent = await audioOf(row, channel, dataKey);
        await audit.append(eventOf('record.export', actor, id));
        return readAudio(db, { id, channel, extent }, dataKey);
      });
    },
    correct,
    hold,
    destroy,
  };
}

/** The head of a record with these rows besides. Throws `record_damaged` where it has none that can be read. */
function headWith({ row }: AuthenticSession, dataKey: Buffer, added: readonly TextRow[]): Buffer {
  if (row.head === null) throw new RequestError('record_damaged');
  const keys = createHeadKeys(dataKey, row.id);
  return keys.sealHead(keys.withText(keys.openHead(row.head), added));
}

/** Which audio of which session. */
interface KeptAudio {
  readonly id: string;
  readonly channel: number;
  readonly extent: AudioExtent;
}

/** Pieces in their order, up to the first that could not be kept. Fails with `record_damaged` where one is missing. */
async function* readAudio(
  db: Database['db'],
  { id, channel, extent }: KeptAudio,
  dataKey: Buffer,
): AsyncGenerator<Buffer> {
  for (let place = 0; place < extent.end; place++) {
    const row = await db
      .selectFrom('audio_pieces')
      .selectAll()
      .where('session_id', '=', id)
      .where('channel', '=', channel)
      .where('place', '=', place)
      .executeTakeFirst();
    if (row === undefined && extent.pieces < extent.end) return;
    if (row === undefined) throw new RequestError('record_damaged');
    yield openAudio(dataKey, row);
  }
}

function eventOf(action: AuditAction, { who, from, reason }: Actor, what: string | undefined): AuditEvent {
  return { action, outcome: 'success', who, from, what, ...(reason === undefined ? {} : { reason }) };
}
