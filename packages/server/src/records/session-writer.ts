import type { AuditLog } from '../audit/audit-log.js';
import type { CommitQueue } from '../db/commit-queue.js';
import { RequestError } from '../errors.js';
import { sealAudio, type AudioPiece } from './record-audio.js';
import { sealFinal, type FinalRecord } from './record-content.js';
import type { Actor } from './record.js';
import type { RefinedText } from './refined-text.js';
import { descriptionColumns, type SessionDescription } from './session-settings.js';

/** Writes the record of one open session. */
export interface SessionRecordWriter {
  /** What the session has turned out to be, once its settings hold. Written with the next final. */
  readonly describe: (about: SessionDescription) => void;
  /**
   * Resolves once the final is on disk; finals are kept in the order of the calls. While the database is away it
   * waits. Undefined where finals are not kept.
   */
  readonly commit: (final: FinalRecord) => Promise<void> | undefined;
  /**
   * Keeps 16 kHz audio of a channel, where audio is kept. Resolves once nothing of it waits: who has all of it at once
   * hands over the next samples then.
   */
  readonly keepAudio: (channel: number, samples: Float32Array) => Promise<void> | undefined;
  /**
   * Keeps what was heard when a stretch of the session was read again, also after `close`. Resolves once it is on disk.
   * Undefined where finals are not kept. Rejects with `record_not_found` if the record was destroyed meanwhile.
   */
  readonly refine: (text: RefinedText) => Promise<void> | undefined;
  /**
   * Ends the record, behind all finals. Resolves once that is on disk. May be called again.
   * `missingSeconds`: audio that was taken and whose text is not in the record.
   */
  readonly close: (reason: string, missingSeconds?: number) => Promise<void>;
}

/** What a writer writes with. */
export interface WriterServices {
  readonly sessionId: string;
  readonly actor: Actor;
  readonly dataKey: Buffer;
  readonly queue: CommitQueue;
  readonly audit: AuditLog;
  readonly description: SessionDescription;
  /** Turns samples into pieces; undefined where audio is not kept. */
  readonly audioPieces:
    ((channel: number, samples: Float32Array | undefined) => readonly AudioPiece[]) | undefined;
  /** Audio could not be kept. */
  readonly onAudioLost: () => void;
}

/** Pieces of audio that may wait for the database; what comes while so many do is not kept. */
const MOST_PIECES_WAITING = 16;

/** A writer for a session that is in the database. */
export function createSessionWriter(services: WriterServices): Omit<SessionRecordWriter, 'refine'> {
  const { sessionId, actor, dataKey, queue, audit } = services;
  let { description } = services;
  let isDescribed = true;
  let finals = 0;
  let audioSeconds = 0;
  let piecesWaiting = 0;
  let closed: Promise<void> | undefined;

  const commit = (final: FinalRecord): Promise<void> => {
    if (closed) return Promise.reject(new RequestError('record_failed'));
    const place = finals;
    finals += 1;
    audioSeconds = Math.max(audioSeconds, final.end);
    const row = {
      session_id: sessionId,
      reading: 'live',
      place,
      version: 1,
      written_at: new Date().toISOString(),
      written_by: null,
      sealed: sealFinal(dataKey, final, { sessionId, reading: 'live', place, version: 1 }),
    };
    // A session that goes on is not over, even if another server took this one for dead.
    const about = { ...undescribed(), finals, audio_seconds: audioSeconds, ended_at: null, end_reason: null };
    return queue.submit(async (transaction) => {
      // A commit whose answer was lost with the connection is done again.
      await transaction
        .insertInto('segments')
        .values(row)
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      await transaction.updateTable('sessions').set(about).where('id', '=', sessionId).execute();
    });
  };

  /** What of the description is not written yet. */
  const undescribed = () => {
    const columns = isDescribed ? {} : descriptionColumns(dataKey, sessionId, description);
    isDescribed = true;
    return columns;
  };

  const writePieces = async (pieces: readonly AudioPiece[]): Promise<void> => {
    await Promise.all(pieces.map(writePiece));
  };

  const writePiece = async (piece: AudioPiece): Promise<void> => {
    if (piecesWaiting >= MOST_PIECES_WAITING) {
      services.onAudioLost();
      return;
    }
    piecesWaiting += 1;
    const row = sealAudio(dataKey, sessionId, piece);
    await queue
      .submit(async (transaction) => {
        await transaction
          .insertInto('audio_pieces')
          .values(row)
          .onConflict((conflict) => conflict.doNothing())
          .execute();
      })
      .catch(services.onAudioLost)
      .finally(() => (piecesWaiting -= 1));
  };

  const end = async (reason: string, missingSeconds: number): Promise<void> => {
    for (let channel = 0; channel < description.channels; channel++)
      void writePieces(services.audioPieces?.(channel, undefined) ?? []);
    const about = undescribed();
    await queue.submit(async (transaction) => {
      await transaction
        .updateTable('sessions')
        .set({
          ...about,
          ended_at: new Date().toISOString(),
          end_reason: reason,
          missing_seconds: missingSeconds,
        })
        .where('id', '=', sessionId)
        .execute();
      await audit.appendIn(transaction, {
        action: 'session.end',
        outcome: 'success',
        who: actor.who,
        from: actor.from,
        what: sessionId,
        reason,
        counts: { finals },
      });
    });
    dataKey.fill(0);
  };

  return {
    describe: (about) => {
      description = about;
      isDescribed = false;
    },
    commit,
    keepAudio: (channel, samples) => {
      const pieces = services.audioPieces?.(channel, samples) ?? [];
      return pieces.length === 0 ? undefined : writePieces(pieces);
    },
    close: (reason, missingSeconds = 0) => (closed ??= end(reason, missingSeconds)),
  };
}

/** A writer that keeps nothing, but that the session was there is logged. */
export function createAuditOnlyWriter(
  sessionId: string,
  { who, from }: Actor,
  audit: AuditLog,
): SessionRecordWriter {
  let closed: Promise<void> | undefined;
  return {
    describe: () => undefined,
    commit: () => undefined,
    keepAudio: () => undefined,
    refine: () => undefined,
    close: (reason) =>
      (closed ??= audit.append({
        action: 'session.end',
        outcome: 'success',
        who,
        from,
        what: sessionId,
        reason,
      })),
  };
}
