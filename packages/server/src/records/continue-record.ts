import type { Transaction } from 'kysely';
import type { Schema } from '../db/schema.js';
import { createAuditOnlyWriter } from './audit-only-writer.js';
import type { KeepingSettings } from './keeping-settings.js';
import { readDataKey } from './data-keys.js';
import { createAudioPieces, keptAudio } from './record-audio.js';
import { INTERRUPTED } from './interrupted-sessions.js';
import type { RecordServices } from './record-services.js';
import type { Actor } from './record.js';
import { createSessionWriter, type SessionRecordWriter } from './session-writer.js';

/** A record that is written on, perhaps by another server than the one that began it. */
export interface ContinuedSession {
  readonly id: string;
  readonly actor: Actor;
  readonly groups: readonly string[];
  readonly channels: number;
  /** Called in each transaction that writes to the record; throws if somebody else writes to it by now. */
  readonly requireHold: (transaction: Transaction<Schema>) => Promise<void>;
}

/** Writes on. Finals are given from the first one on: those that are there already stay as they are. */
export interface ContinuedWriter extends Pick<SessionRecordWriter, 'commit' | 'keepAudio' | 'close'> {
  /** Samples of a channel that are kept already, and must not be given again. */
  readonly keptSamples: (channel: number) => number;
}

/**
 * Goes on with the record of an upload. Undefined if it has ended by itself, so that nothing is left to write. Where records
 * are off, only the end is logged. Throws `record_not_found` if the record was destroyed.
 */
export async function continueRecord(
  services: RecordServices & KeepingSettings,
  { id, actor, groups, channels, requireHold }: ContinuedSession,
): Promise<ContinuedWriter | undefined> {
  const { database, masterKeys, rows, queue, audit, log } = services;
  if (!services.keepsFinals) return { ...createAuditOnlyWriter(id, actor, audit), keptSamples: () => 0 };
  const session = await rows.find(id);
  // Whoever destroyed the record, or began none, has left nothing to write to.
  if (session === undefined) return undefined;
  if (session.row.ended_at !== null && session.row.end_reason !== INTERRUPTED) return undefined;
  const dataKey = await readDataKey(database.db, masterKeys, id);
  const kept = await keptAudio(database.db, id);
  const writer = createSessionWriter({
    sessionId: id,
    serverId: services.serverId,
    actor,
    groups,
    dataKey,
    rows,
    queue,
    audit,
    kind: database.kind,
    description: { channels },
    requireHold,
    audioPieces: services.keepsAudio ? createAudioPieces(kept) : undefined,
    onAudioLost: () => {
      log.error('audio not kept', { session: id });
    },
  });
  return { ...writer, keptSamples: (channel) => kept.get(channel)?.samples ?? 0 };
}
