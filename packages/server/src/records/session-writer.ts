import type { Transaction } from 'kysely';
import type { AuditLog } from '../audit/audit-log.js';
import type { CommitQueue } from '../db/commit-queue.js';
import type { DatabaseKind } from '../db/schema-change.js';
import type { Schema } from '../db/schema.js';
import { RequestError } from '../errors.js';
import { createAudioKeeper } from './audio-keeper.js';
import { insertSegment } from './insert-or-replace.js';
import type { RecordedPiece } from './record-audio.js';
import { sealFinal, type FinalRecord } from './record-content.js';
import { createHeadKeys, type HeadKeys } from './record-head.js';
import type { Actor } from './record.js';
import type { RefinedText } from './refined-text.js';
import { HANDED_OVER, INTERRUPTED } from './interrupted-sessions.js';
import { journalKeyOf } from './journal-key.js';
import { beginProgress, type RecordedBefore, type RecordProgress } from './record-progress.js';
import { createChangeSession, type ChangeSession } from './change-session.js';
import type { SessionRows } from './session-rows.js';
import type { SessionDescription } from './recorded-settings.js';
import { correctionEvent } from './record-events.js';
import { speakerChangeRow, type SpeakerChange } from './speaker-changes.js';
import { nextSpeakerChange } from './stored-speaker-changes.js';
import type { FormerSession } from './continue-speakers.js';
import {
  forgetSpeakers,
  forgetSpeakersSoon,
  writeSpeakerState,
  type SpeakerState,
} from './speaker-states.js';

/** Writes the record of one open session. */
export interface SessionRecordWriter {
  /** Takes the description of the session once its settings are fixed. It is written with the next final, or the end. */
  readonly describe: (about: SessionDescription) => void;
  /**
   * Keeps a final; finals are kept in the order of the calls. Resolves once it is on disk, and waits while the database is
   * away. Undefined if finals are not kept.
   */
  readonly commit: (final: FinalRecord) => Promise<void> | undefined;
  /**
   * Keeps 16 kHz audio of a channel, if audio is kept. Resolves once none of it waits: whoever has a whole recording should
   * hand over the next samples only then.
   */
  readonly keepAudio: (channel: number, samples: Float32Array) => Promise<void> | undefined;
  /**
   * Keeps the text of a second pass over a stretch of the session, even after `close`. Resolves with its finals, whose speakers
   * have the numbers of the live text, once they are on disk.
   * Undefined if finals are not kept. Rejects with `record_not_found` if the record was destroyed in the meantime.
   */
  readonly refine: (text: RefinedText) => Promise<RefinedText['finals']> | undefined;
  /**
   * Keeps a change in who speaks, in the order of the calls and after the finals before it. Resolves once it is on disk. Undefined
   * if finals are not kept.
   */
  readonly changeSpeakers: (change: SpeakerChange) => Promise<void> | undefined;
  /** Takes what another session needs to go on with the speakers. It is written with the next final, change or the end. */
  readonly keepSpeakers: (state: SpeakerState) => void;
  /** Moves the speakers of a former session to this one, see `continueSpeakers`. `tokenDigest`: that of this session's token. */
  readonly continueSpeakers: (
    former: FormerSession,
    tokenDigest: Uint8Array,
  ) => Promise<SpeakerState | undefined>;
  /** A copy of the key with which audio of the session is journalled; undefined if finals are not kept. */
  readonly journalKey: () => Buffer | undefined;
  /** The record goes on elsewhere: writes what is known of the speakers, and nothing after that. Resolves once it is on disk. */
  readonly leave: () => Promise<void>;
  /** Ends the record, after all finals. Resolves once that is on disk. May be called again. */
  readonly close: (reason: string, end?: RecordEnd) => Promise<void>;
}

/** How a record ends. */
interface RecordEnd {
  /** Length of audio that was accepted but whose text is not in the record. */
  readonly missingSeconds?: number;
  /** Whether another session may go on with its speakers; if not, what is known of them is deleted at once. */
  readonly mayContinue?: boolean;
  /** When the session ended; now if left out. */
  readonly endedAt?: Date;
}

/** The services of a writer. */
export interface WriterServices {
  readonly sessionId: string;
  readonly actor: Actor;
  readonly groups: readonly string[];
  readonly dataKey: Buffer;
  readonly serverId: string;
  readonly rows: SessionRows;
  readonly queue: CommitQueue;
  readonly audit: AuditLog;
  readonly kind: DatabaseKind;
  /** What is in the record already, if an earlier process has begun it. */
  readonly before?: RecordedBefore;
  /** What the record began with. */
  readonly description: Pick<SessionDescription, 'channels'>;
  /** See `ChangeServices`. */
  readonly requireHold?: (transaction: Transaction<Schema>) => Promise<void>;
  /** Turns samples into pieces; undefined if audio is not kept. */
  readonly audioPieces:
    ((channel: number, samples: Float32Array | undefined) => readonly RecordedPiece[]) | undefined;
  /** Called when audio could not be kept. */
  readonly onAudioLost: () => void;
}

/** Makes a writer for a session that is in the database. */
export function createSessionWriter(
  services: WriterServices,
): Omit<SessionRecordWriter, 'refine' | 'continueSpeakers'> {
  const { sessionId, dataKey, description, before } = services;
  const headKeys = createHeadKeys(dataKey, sessionId);
  const change = createChangeSession({ ...services, headKeys });
  const keepAudio = createAudioKeeper({ ...services, change });
  const record: OpenRecord = {
    ...services,
    headKeys,
    change,
    progress: beginProgress(dataKey, sessionId, description, before),
    unwrittenSpeakers: undefined,
  };
  let closed: Promise<void> | undefined;

  const end = async (reason: string, how: RecordEnd): Promise<void> => {
    for (let channel = 0; channel < record.progress.channels(); channel++) void keepAudio(channel, undefined);
    await writeEnd(record, reason, how);
    dataKey.fill(0);
  };

  const leave = async (): Promise<void> => {
    const speakers = takeSpeakers(record);
    await change(async (transaction) => {
      if (speakers) await writeSpeakerState(transaction, dataKey, sessionId, speakers);
      return { about: { server_id: HANDED_OVER } };
    });
    dataKey.fill(0);
  };

  return {
    describe: record.progress.describe,
    commit: (final) =>
      closed ? Promise.reject(new RequestError('record_failed')) : writeFinal(record, final),
    keepAudio,
    changeSpeakers: (speakers) =>
      closed ? Promise.reject(new RequestError('record_failed')) : writeSpeakerChange(record, speakers),
    keepSpeakers: (state) => {
      record.unwrittenSpeakers = state;
    },
    journalKey: () => journalKeyOf(dataKey),
    leave: () => (closed ??= leave()),
    close: (reason, how = {}) => (closed ??= end(reason, how)),
  };
}

/** A record that is written to. */
interface OpenRecord extends Pick<WriterServices, 'sessionId' | 'actor' | 'dataKey' | 'audit' | 'kind'> {
  readonly headKeys: HeadKeys;
  readonly change: ChangeSession;
  readonly progress: RecordProgress;
  unwrittenSpeakers: SpeakerState | undefined;
}

function writeFinal(record: OpenRecord, final: FinalRecord): Promise<void> {
  const { sessionId, dataKey, headKeys, change, progress } = record;
  const place = progress.count(final);
  const row = segmentRow(record, final, place);
  const said = progress.columns();
  const speakers = takeSpeakers(record);
  return change(async (transaction, session) => {
    // The session goes on: if another server took this one for dead and ended it, that is undone.
    const mayBeOver = session?.row.ended_at !== null;
    const about = mayBeOver ? { ...said, ended_at: null, end_reason: null } : said;
    // The final is there already: its commit is repeated, since the answer was lost with the connection.
    if (session !== undefined && session.row.finals > place) return undefined;
    await insertSegment(transaction, row);
    if (speakers) await writeSpeakerState(transaction, dataKey, sessionId, speakers);
    return { about, head: (head) => headKeys.withText(head, [{ table: 'segments', ...row }]) };
  });
}

/** The first version of a final, as it is stored. */
function segmentRow(
  { sessionId, dataKey }: Pick<OpenRecord, 'sessionId' | 'dataKey'>,
  final: FinalRecord,
  place: number,
) {
  return {
    session_id: sessionId,
    reading: 'live',
    place,
    version: 1,
    written_at: new Date().toISOString(),
    written_by: null,
    sealed: sealFinal(dataKey, final, { sessionId, reading: 'live', place, version: 1 }),
  };
}

/** The state of the speakers that was not written yet. It counts as written from then on. */
function takeSpeakers(record: OpenRecord): SpeakerState | undefined {
  const { unwrittenSpeakers } = record;
  record.unwrittenSpeakers = undefined;
  return unwrittenSpeakers;
}

function writeSpeakerChange(record: OpenRecord, speakers: SpeakerChange): Promise<void> {
  const { sessionId, dataKey, actor, audit, headKeys, change } = record;
  const isByPerson = speakers.kind === 'corrected';
  const state = takeSpeakers(record);
  return change(async (transaction) => {
    const place = await nextSpeakerChange(transaction, sessionId);
    const writtenBy = isByPerson ? actor.who.subject : null;
    const row = speakerChangeRow(dataKey, sessionId, place, speakers, writtenBy);
    await transaction.insertInto('speaker_changes').values(row).execute();
    if (state) await writeSpeakerState(transaction, dataKey, sessionId, state);
    return {
      about: {},
      head: (head) => headKeys.withText(head, [{ table: 'speaker_changes', ...row }]),
      ...(isByPerson && {
        note: (noting, revision) =>
          audit.appendIn(noting, correctionEvent(speakers, place, { id: sessionId, actor, revision })),
      }),
    };
  });
}

function writeEnd(
  record: OpenRecord,
  reason: string,
  { missingSeconds = 0, mayContinue = false, endedAt = new Date() }: RecordEnd,
): Promise<void> {
  const { sessionId, dataKey, kind, actor, audit, change, progress } = record;
  const speakers = takeSpeakers(record);
  const ended = {
    ...progress.takeDescription(),
    ended_at: endedAt.toISOString(),
    end_reason: reason,
    missing_seconds: missingSeconds,
  };
  return change(async (transaction) => {
    if (!mayContinue) await forgetSpeakers(transaction, sessionId);
    if (mayContinue && speakers) await writeSpeakerState(transaction, dataKey, sessionId, speakers);
    if (mayContinue) await forgetSpeakersSoon(transaction, kind, sessionId);
    return {
      about: ended,
      note: (noting, revision) =>
        audit.appendIn(noting, {
          action: 'session.end',
          outcome: reason === INTERRUPTED ? 'failure' : 'success',
          who: actor.who,
          from: actor.from,
          what: sessionId,
          reason,
          counts: { finals: progress.finals(), ...(revision === undefined ? {} : { revision }) },
        }),
    };
  });
}
