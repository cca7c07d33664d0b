import { continueSpeakers } from './continue-speakers.js';
import type { KeepingSettings } from './keeping-settings.js';
import { createAudioPieces, type KeptAudio } from './record-audio.js';
import type { RecordedBefore } from './record-progress.js';
import type { RecordServices } from './record-services.js';
import type { Actor } from './record.js';
import type { SessionDescription } from './recorded-settings.js';
import { refineRecord } from './refine-record.js';
import { createSessionWriter, type SessionRecordWriter } from './session-writer.js';

/** A session in the database whose record is written by this process. */
export interface WrittenSession {
  readonly id: string;
  readonly actor: Actor;
  readonly groups: readonly string[];
  /** Belongs to the writer, which destroys it at the end. */
  readonly dataKey: Buffer;
  readonly description: SessionDescription;
  readonly before?: RecordedBefore;
  /** Audio that is in the record already. */
  readonly kept?: ReadonlyMap<number, KeptAudio>;
}

/** Makes the writer of a record. */
export function writeRecord(
  services: RecordServices & Pick<KeepingSettings, 'keepsAudio' | 'serverId'>,
  session: WrittenSession,
): SessionRecordWriter {
  const { database, rows, queue, audit, log, keepsAudio, serverId } = services;
  const { id, actor, dataKey, kept } = session;
  const writer = createSessionWriter({
    ...session,
    sessionId: id,
    serverId,
    rows,
    queue,
    audit,
    kind: database.kind,
    audioPieces: keepsAudio ? createAudioPieces(kept) : undefined,
    onAudioLost: () => {
      log.error('audio not kept', { session: id });
    },
  });
  return {
    ...writer,
    refine: (text) => refineRecord(services, id, text, actor),
    continueSpeakers: (former, tokenDigest) =>
      continueSpeakers(services, former, { id, dataKey, actor, tokenDigest }),
  };
}
