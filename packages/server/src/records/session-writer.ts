import type { AuditLog } from '../audit/audit-log.js';
import type { CommitQueue } from '../db/commit-queue.js';
import { RequestError } from '../errors.js';
import { createAudioKeeper } from './audio-keeper.js';
import { insertSegment } from './insert-or-replace.js';
import type { RecordedPiece } from './record-audio.js';
import { sealFinal, type FinalRecord } from './record-content.js';
import { createHeadKeys, type HeadKeys } from './record-head.js';
import type { Actor } from './record.js';
import type { RefinedText } from './refined-text.js';
import { beginProgress, type RecordProgress } from './record-progress.js';
import { createChangeSession, type ChangeSession } from './change-session.js';
import type { SessionRows } from './session-rows.js';
import type { SessionDescription } from './recorded-settings.js';

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
   * Keeps the text of a second pass over a stretch of the session, even after `close`. Resolves once it is on disk.
   * Undefined if finals are not kept. Rejects with `record_not_found` if the record was destroyed in the meantime.
   */
  readonly refine: (text: RefinedText) => Promise<void> | undefined;
  /**
   * Ends the record, after all finals. Resolves once that is on disk. May be called again.
   * `missingSeconds`: length of audio that was accepted but whose text is not in the record.
   */
  readonly close: (reason: string, missingSeconds?: number) => Promise<void>;
}

/** The services of a writer. */
export interface WriterServices {
  readonly sessionId: string;
  readonly actor: Actor;
  readonly groups: readonly string[];
  readonly dataKey: Buffer;
  readonly rows: SessionRows;
  readonly queue: CommitQueue;
  readonly audit: AuditLog;
  readonly description: SessionDescription;
  /** Turns samples into pieces; undefined if audio is not kept. */
  readonly audioPieces:
    ((channel: number, samples: Float32Array | undefined) => readonly RecordedPiece[]) | undefined;
  /** Called when audio could not be kept. */
  readonly onAudioLost: () => void;
}

/** Makes a writer for a session that is in the database. */
export function createSessionWriter(services: WriterServices): Omit<SessionRecordWriter, 'refine'> {
  const { sessionId, dataKey, description } = services;
  const headKeys = createHeadKeys(dataKey, sessionId);
  const change = createChangeSession({ ...services, headKeys });
  const keepAudio = createAudioKeeper({ ...services, change });
  const record: OpenRecord = {
    ...services,
    headKeys,
    change,
    progress: beginProgress(dataKey, sessionId, description),
  };
  let closed: Promise<void> | undefined;

  const end = async (reason: string, missingSeconds: number): Promise<void> => {
    for (let channel = 0; channel < record.progress.channels(); channel++) void keepAudio(channel, undefined);
    await writeEnd(record, reason, missingSeconds);
    dataKey.fill(0);
  };

  return {
    describe: record.progress.describe,
    commit: (final) =>
      closed ? Promise.reject(new RequestError('record_failed')) : writeFinal(record, final),
    keepAudio,
    close: (reason, missingSeconds = 0) => (closed ??= end(reason, missingSeconds)),
  };
}

/** A record that is written to. */
interface OpenRecord extends Pick<WriterServices, 'sessionId' | 'actor' | 'dataKey' | 'audit'> {
  readonly headKeys: HeadKeys;
  readonly change: ChangeSession;
  readonly progress: RecordProgress;
}

function writeFinal(record: OpenRecord, final: FinalRecord): Promise<void> {
  const { headKeys, change, progress } = record;
  const place = progress.count(final);
  const row = segmentRow(record, final, place);
  const said = progress.columns();
  return change(async (transaction, session) => {
    // The session goes on: if another server took this one for dead and ended it, that is undone.
    const mayBeOver = session?.row.ended_at !== null;
    const about = mayBeOver ? { ...said, ended_at: null, end_reason: null } : said;
    // The final is there already: its commit is repeated, since the answer was lost with the connection.
    if (session !== undefined && session.row.finals > place) return undefined;
    await insertSegment(transaction, row);
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

function writeEnd(
  { sessionId, actor, audit, change, progress }: OpenRecord,
  reason: string,
  missingSeconds: number,
): Promise<void> {
  const ended = {
    ...progress.takeDescription(),
    ended_at: new Date().toISOString(),
    end_reason: reason,
    missing_seconds: missingSeconds,
  };
  return change(() =>
    Promise.resolve({
      about: ended,
      note: (transaction, revision) =>
        audit.appendIn(transaction, {
          action: 'session.end',
          outcome: 'success',
          who: actor.who,
          from: actor.from,
          what: sessionId,
          reason,
          counts: { finals: progress.finals(), ...(revision === undefined ? {} : { revision }) },
        }),
    }),
  );
}
