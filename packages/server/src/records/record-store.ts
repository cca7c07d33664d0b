import type { Identity } from '../access/identity.js';
import { createSlices } from '../time-slices.js';
import type { KeyCopies } from './key-copies/key-copies.js';
import { beginRecord, type NewSession } from './begin-record.js';
import { continueRecord, type ContinuedSession, type ContinuedWriter } from './continue-record.js';
import {
  correctSpeakers,
  type RecordedSpeakerCorrections,
  type SpeakersOfRecord,
} from './correct-speakers.js';
import type { KeepingSettings } from './keeping-settings.js';
import { correctFinal, type Correction } from './correct-final.js';
import { destroyRecords, type DestroyAction } from './destroy-records.js';
import { findRecords, summaryOf } from './find-records.js';
import { holdRecord } from './hold-record.js';
import { INTERRUPTED } from './interrupted-sessions.js';
import { findLeftRecord, type IsFree, type LeftRecord } from './left-record.js';
import { readAudio, type ChannelAudio } from './read-audio.js';
import { readSpeakers } from './read-speakers.js';
import { refineRecord } from './refine-record.js';
import type { RefinedText } from './refined-text.js';
import { readRecord, type ReadRecordOptions } from './read-record.js';
import { recordEvent } from './record-events.js';
import type { RecordServices } from './record-services.js';
import type {
  Actor,
  RecordPage,
  RecordSearch,
  RecordSummary,
  SegmentVersion,
  SessionScope,
  StoredRecord,
} from './record.js';
import { createSessionRows } from './session-rows.js';
import type { SpeakerLabels } from './speaker-labels.js';
import type { SessionRecordWriter } from './session-writer.js';

/**
 * Sessions and what was said in them, encrypted. Every action on a record is in the audit log: a change is logged in its own
 * transaction, and reading is logged before the answer. An action that cannot be logged is refused as `records_unavailable`.
 * An action on a record that is not there is refused as `record_not_found`.
 */
export interface RecordStore {
  /** Begins the record of a session, and logs that it has begun. */
  readonly open: (session: NewSession) => Promise<SessionRecordWriter>;
  /** See `findLeftRecord`. */
  readonly findLeft: (id: string, isFree: IsFree) => Promise<LeftRecord | 'held' | undefined>;
  /** How many sessions somebody holds at other servers on the database. */
  readonly openElsewhere: (who: Pick<Identity, 'tenant' | 'subject'>) => Promise<number>;
  /** The server that holds a session; undefined if it has ended, or none does. */
  readonly holderOf: (id: string) => Promise<string | undefined>;
  /** Leaves a record that was opened here to whoever continues it; it must not be written to any more. */
  readonly handOver: (id: string) => void;
  /** See `continueRecord`. */
  readonly continue: (session: ContinuedSession) => Promise<ContinuedWriter | undefined>;
  /** See `refineRecord`. Undefined if finals are not kept. */
  readonly refine: (
    id: string,
    text: RefinedText,
    actor: Actor,
  ) => Promise<RefinedText['finals']> | undefined;
  readonly find: (search: RecordSearch, actor: Actor) => Promise<RecordPage>;
  /** The live sessions that are open at any server, the newest first. Not audited: whoever shows them notes that. */
  readonly findOpen: (
    scope: SessionScope,
    page: Pick<RecordSearch, 'limit' | 'after'>,
  ) => Promise<RecordPage>;
  /** Whether there was such a record and it was destroyed. */
  readonly isDestroyed: (id: string) => Promise<boolean>;
  /** What is known of a session without its key. Not audited, since it is needed to decide who may do what. */
  readonly summary: (id: string) => Promise<RecordSummary | undefined>;
  /** See `readSpeakers`. Not audited: whoever gives them out with a text notes that the text is read. */
  readonly speakers: (id: string) => Promise<SpeakerLabels | undefined>;
  /**
   * Everything that was said, with all versions. If something was removed from the record or added from outside, it is
   * refused as `record_damaged`, unless `damaged` asks for what is left.
   */
  readonly read: (
    id: string,
    actor: Actor,
    action?: ReadRecordOptions['action'],
    damaged?: ReadRecordOptions['damaged'],
  ) => Promise<StoredRecord>;
  /** See `readAudio`. */
  readonly audio: (id: string, channel: number, actor: Actor) => Promise<ChannelAudio>;
  readonly correct: (id: string, correction: Correction, actor: Actor) => Promise<SegmentVersion>;
  /** See `correctSpeakers`. */
  readonly correctSpeakers: (
    id: string,
    corrections: RecordedSpeakerCorrections,
    actor: Actor,
  ) => Promise<SpeakersOfRecord>;
  /** Puts the session under legal hold, or releases it. */
  readonly hold: (id: string, held: boolean, actor: Actor) => Promise<void>;
  /**
   * Destroys keys and rows of sessions, with a certificate for each in the audit log. If one of them is on hold, all are
   * refused as `record_on_hold`; if one is open, all are refused as `record_open`. Resolves with the destroyed sessions once
   * no reachable copy of data keys holds their keys; rejects with `key_copy_unavailable` if a copy keeps them.
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

  const opened = (id: string, writer: SessionRecordWriter): SessionRecordWriter => {
    open.add(id);
    return {
      ...writer,
      leave: () => writer.leave().finally(() => open.delete(id)),
      close: (reason, end) => writer.close(reason, end).finally(() => open.delete(id)),
    };
  };

  return {
    open: async (session) => opened(session.id, await beginRecord(services, session)),
    findLeft: async (id, isFree) => {
      const left = await findLeftRecord(services, id, isFree);
      if (left === undefined || left === 'held') return left;
      return {
        ...left,
        reopen: (actor) => opened(id, left.reopen(actor)),
      };
    },
    openElsewhere: async ({ tenant, subject }) => {
      const { count } = await database.db
        .selectFrom('sessions')
        .innerJoin('servers', 'servers.id', 'sessions.server_id')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('kind', '=', 'live')
        .where('ended_at', 'is', null)
        .where('tenant', '=', tenant)
        .where('owner', '=', subject)
        .where('server_id', '!=', storeServices.serverId)
        .executeTakeFirstOrThrow();
      return count;
    },
    holderOf: async (id) => {
      const row = await database.db
        .selectFrom('sessions')
        .select('server_id')
        .where('id', '=', id)
        .where((eb) => eb.or([eb('ended_at', 'is', null), eb('end_reason', '=', INTERRUPTED)]))
        .executeTakeFirst();
      return row?.server_id ?? undefined;
    },
    handOver: (id) => {
      open.delete(id);
    },
    continue: (session) => continueRecord(services, session),
    refine: (id, text, actor) => (services.keepsFinals ? refineRecord(services, id, text, actor) : undefined),
    find: async (search, actor) => {
      const page = await findRecords(database.db, search, rows);
      const counts = { found: page.records.length };
      await audit.append({ ...recordEvent('record.list', actor, undefined), counts });
      return page;
    },
    findOpen: (scope, page) =>
      findRecords(database.db, { scope, kind: 'live', state: 'open', ...page }, rows),
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
    speakers: (id) => readSpeakers(services, id),
    read: (id, actor, action = 'record.read', damaged = 'refuse') =>
      readRecord(services, id, actor, { action, damaged }),
    audio: (id, channel, actor) => readAudio(services, id, channel, actor),
    correct: (id, correction, actor) => correctFinal(services, id, correction, actor),
    correctSpeakers: (id, corrections, actor) => correctSpeakers(services, id, corrections, actor),
    hold: (id, held, actor) => holdRecord(services, id, held, actor),
    destroy: (ids, actor, action = 'record.delete') => destroyRecords(services, ids, actor, action),
  };
}
