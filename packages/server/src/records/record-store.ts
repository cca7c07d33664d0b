import { createSlices } from '../time-slices.js';
import type { KeyCopies } from './key-copies/key-copies.js';
import { beginRecord, type KeepingSettings, type NewSession } from './begin-record.js';
import { correctFinal, type Correction } from './correct-final.js';
import { destroyRecords, type DestroyAction } from './destroy-records.js';
import { findRecords, summaryOf } from './find-records.js';
import { holdRecord } from './hold-record.js';
import { readAudio } from './read-audio.js';
import { readRecord, type ReadRecordOptions } from './read-record.js';
import { recordEvent } from './record-events.js';
import type { RecordServices } from './record-services.js';
import type {
  Actor,
  RecordPage,
  RecordSearch,
  RecordSummary,
  SegmentVersion,
  StoredRecord,
} from './record.js';
import { createSessionRows } from './session-rows.js';
import type { SessionRecordWriter } from './session-writer.js';

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
    action?: ReadRecordOptions['action'],
    damaged?: ReadRecordOptions['damaged'],
  ) => Promise<StoredRecord>;
  /** The kept audio of a channel as 16-bit PCM at 16 kHz, piece by piece. */
  readonly audio: (id: string, channel: number, actor: Actor) => Promise<AsyncIterable<Buffer>>;
  readonly correct: (id: string, correction: Correction, actor: Actor) => Promise<SegmentVersion>;
  /** Puts the session under legal hold, or releases it. */
  readonly hold: (id: string, held: boolean, actor: Actor) => Promise<void>;
  /**
   * Destroys keys and rows, with a certificate for each in the audit log. All are refused as `record_on_hold` or, while
   * the session is open, as `record_open` if one is. Resolves when no copy of data keys that can be reached holds their
   * keys, with those that were destroyed; rejects with `key_copy_unavailable` where that cannot be had.
   */
  readonly destroy: (
    ids: readonly string[],
    actor: Actor,
    action?: DestroyAction,
  ) => Promise<readonly string[]>;
}

/** What the store needs. */
export interface StoreServices extends Omit<RecordServices, 'rows'>, KeepingSettings {
  readonly keyCopies: Pick<KeyCopies, 'whileDestroying'>;
}

/** Opens the store. */
export function createRecordStore(storeServices: StoreServices): RecordStore {
  const { database, audit, integrity } = storeServices;
  const rows = createSessionRows(database, integrity);
  const open = new Set<string>();
  const services = { ...storeServices, rows, isOpen: (id: string) => open.has(id) };

  return {
    open: async (session) => {
      const { id } = session;
      const writer = await beginRecord(services, session);
      open.add(id);
      return {
        ...writer,
        close: (reason, missingSeconds) =>
          writer.close(reason, missingSeconds).finally(() => open.delete(id)),
      };
    },
    find: async (search, actor) => {
      const page = await findRecords(database.db, search, rows);
      const counts = { found: page.records.length };
      await audit.append({ ...recordEvent('record.list', actor, undefined), counts });
      return page;
    },
    isDestroyed: async (id) => {
      const row = await database.db
        .selectFrom('destroyed_keys')
        .select('session_id')
        .where('session_id', '=', id)
        .executeTakeFirst();
      return row !== undefined;
    },
    summary: async (id) => {
      const sliceEnds = createSlices();
      const session = await rows.find(id);
      await sliceEnds();
      return session && summaryOf(session.row, session.groups);
    },
    read: (id, actor, action = 'record.read', damaged = 'refuse') =>
      readRecord(services, id, actor, { action, damaged }),
    audio: (id, channel, actor) => readAudio(services, id, channel, actor),
    correct: (id, correction, actor) => correctFinal(services, id, correction, actor),
    hold: (id, held, actor) => holdRecord(services, id, held, actor),
    destroy: (ids, actor, action = 'record.delete') => destroyRecords(services, ids, actor, action),
  };
}
