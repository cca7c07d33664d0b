import type { AuditLog } from '../audit/audit-log.js';
import type { CommitQueue } from '../db/commit-queue.js';
import { RequestError } from '../errors.js';
import { sealAudio, type AudioPiece } from './record-audio.js';
import { sealFinal, type FinalRecord } from './record-content.js';
import type { Actor } from './record.js';

/** Writes the record of one open session. */
export interface SessionRecordWriter {
  /** What the session has turned out to be, once its settings hold. Written with the next final. */
  readonly describe: (about: SessionDescription) => void;
  /**
   * Resolves once the final is on disk; finals are kept in the order of the calls. While the database is away it
   * waits. Undefined where finals are not kept.
   */
  readonly commit: (final: FinalRecord) => Promise<void> | undefined;
  /** Keeps 16 kHz audio of a channel, where audio is kept. */
  readonly keepAudio: (channel: number, samples: Float32Array) => void;
  /** Ends the record, behind all finals. Resolves once that is on disk. May be called again. */
  readonly close: (reason: string) => Promise<void>;
}

/** What a session turns out to be. */
interface SessionDescription {
  readonly language: string;
  readonly channels: number;
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
export function createSessionWriter(services: WriterServices): SessionRecordWriter {
  const { sessionId, actor, dataKey, queue, audit } = services;
  let { description } = services;
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
      place,
      version: 1,
      written_at: new Date().toISOString(),
      written_by: null,
      sealed: sealFinal(dataKey, final, { sessionId, place, version: 1 }),
    };
    // A session that goes on is not over, even if another server took this one for dead.
    const about = { ...description, finals, audio_seconds: audioSeconds, ended_at: null, end_reason: null };
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

  const writePieces = (pieces: readonly AudioPiece[]): void => {
    for (const piece of pieces) {
      if (piecesWaiting >= MOST_PIECES_WAITING) {
        services.onAudioLost();
        continue;
      }
      piecesWaiting += 1;
      queue
        .submit(async (transaction) => {
          await transaction
            .insertInto('audio_pieces')
            .values(sealAudio(dataKey, sessionId, piece))
            .onConflict((conflict) => conflict.doNothing())
            .execute();
        })
        .catch(services.onAudioLost)
        .finally(() => (piecesWaiting -= 1));
    }
  };

  const end = async (reason: string): Promise<void> => {
    for (let channel = 0; channel < description.channels; channel++)
      writePieces(services.audioPieces?.(channel, undefined) ?? []);
    await queue.submit(async (transaction) => {
      await transaction
        .updateTable('sessions')
        .set({ ...description, ended_at: new Date().toISOString(), end_reason: reason })
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
    },
    commit,
    keepAudio: (channel, samples) => {
      if (services.audioPieces) writePieces(services.audioPieces(channel, samples));
    },
    close: (reason) => (closed ??= end(reason)),
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
