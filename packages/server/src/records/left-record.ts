import { OutcomeUnknownError, WRITE_PATIENCE } from '../db/commit-queue.js';
import { RequestError } from '../errors.js';
import { inSlices } from '../time-slices.js';
import type { KeepingSettings } from './keeping-settings.js';
import { readDataKey } from './data-keys.js';
import { changeRecord } from './change-record.js';
import { HANDED_OVER, INTERRUPTED } from './interrupted-sessions.js';
import { journalKeyOf } from './journal-key.js';
import type { RecordServices } from './record-services.js';
import type { Actor, SegmentVersion } from './record.js';
import type { SessionRow } from './session-rows.js';
import type { SessionRecordWriter } from './session-writer.js';
import { keptAudio } from './record-audio.js';
import { readSpeakerState, type SpeakerState } from './speaker-states.js';
import { readSegments } from './stored-segments.js';
import { readWhole, requireSession } from './whole-record.js';
import { writeRecord } from './write-record.js';

/** The record of a session that a server has left open. */
export interface LeftRecord {
  readonly id: string;
  readonly tenant: string;
  readonly owner: string;
  readonly groups: readonly string[];
  /** See `SessionRecordWriter.journalKey`. */
  readonly journalKey: Buffer;
  /** How far the finals of each channel have come, by channel. */
  readonly channels: ReadonlyMap<number, RecordedChannel>;
  /** What was said and known of it. Must not be called once its writer is closed. */
  readonly content: () => Promise<LeftRecordContent>;
  /** Samples of a channel that are kept with the record; undefined if audio is not kept. */
  readonly keptSamples: ((channel: number) => number) | undefined;
  /**
   * Takes the session as one that this server holds, so that no other server can add to its record. Resolves with false if that has
   * been written to since it was found, so that it must be found again: its server had not stopped yet.
   */
  readonly hold: () => Promise<boolean>;
  /** Goes on with the record, once it is held. */
  readonly reopen: (actor: Actor) => SessionRecordWriter;
}

/** What the record of a session holds that a process needs to go on with it. */
export interface LeftRecordContent {
  /** Its live finals as they were recognised, with the newest speakers, in the order in which they were recorded. */
  readonly finals: readonly SegmentVersion[];
  readonly speakers: SpeakerState | undefined;
}

/** Whether a session, which may have ended, may be taken from the server with this id; null if none has held it by name. */
export type IsFree = (holder: string | null, hasEnded: boolean) => boolean;

/** How far the finals of a channel have come. */
export interface RecordedChannel {
  /** Where its last final ends, seconds. */
  readonly end: number;
  /** The `sequence` of its next final. */
  readonly nextSequence: number;
}

/**
 * The record that a server has left open, or that was ended because that server was gone. Undefined if the session has ended
 * otherwise, or was destroyed; `held` if a server holds it from which it cannot be taken. Throws `record_damaged` if it cannot be read, or its master key is missing.
 */
export async function findLeftRecord(
  services: RecordServices & KeepingSettings,
  id: string,
  isFree: IsFree,
): Promise<LeftRecord | 'held' | undefined> {
  const { database, rows, masterKeys } = services;
  const found = await rows.find(id);
  if (found === undefined || !isLeft(found.row)) return undefined;
  if (!isFree(found.row.server_id, found.row.ended_at !== null)) return 'held';
  const { row, groups } = found;
  const dataKey = await readDataKey(database.db, masterKeys, id);
  const channels = await recordedChannels(database.db, row, dataKey);
  const kept = services.keepsAudio ? await keptAudio(database.db, id) : undefined;
  const before = { finals: row.finals, audioSeconds: row.audio_seconds };
  return {
    id,
    tenant: row.tenant,
    owner: row.owner,
    groups,
    journalKey: journalKeyOf(dataKey),
    channels,
    content: async () => ({
      finals: await liveFinals(services, id, dataKey),
      speakers: await readSpeakerState(database, dataKey, id),
    }),
    keptSamples: kept && ((channel) => kept.get(channel)?.samples ?? 0),
    hold: () => take(services, row),
    reopen: (actor) => {
      const { language, channels: count, task, sample_rate } = row;
      const description = {
        language,
        channels: count,
        task: task ?? 'transcribe',
        sampleRate: sample_rate ?? undefined,
        settings: undefined,
      };
      return writeRecord(services, {
        id,
        actor,
        groups,
        dataKey,
        description,
        before,
        ...(kept && { kept }),
      });
    },
  };
}

function isLeft({ kind, ended_at, end_reason }: SessionRow): boolean {
  return kind === 'live' && (ended_at === null || end_reason === INTERRUPTED);
}

/**
 * As long as this server lives, no other ends the session. Of several servers that try to take it, one succeeds. Resolves with
 * false if finals were added meanwhile: whoever goes on without them would write over them. If nobody knows whether it was
 * taken, it is given back.
 */
async function take(services: RecordServices & KeepingSettings, row: SessionRow): Promise<boolean> {
  try {
    return await takeIfUnchanged(services, row);
  } catch (error) {
    if (error instanceof OutcomeUnknownError)
      giveBack(services, row.id).catch((failure: unknown) => {
        services.log.unexpected(failure, { session: row.id });
      });
    throw error;
  }
}

/** Leaves a session to whoever takes it next, if this server holds it. Waits while the database is away. */
function giveBack(services: RecordServices & KeepingSettings, id: string): Promise<void> {
  return changeRecord(services, id, async (transaction) => {
    const session = await services.rows.readIn(transaction, id);
    if (session.row.server_id !== services.serverId) return undefined;
    return services.rows.changeIn(transaction, session, { server_id: HANDED_OVER });
  });
}

async function takeIfUnchanged(
  { queue, rows, serverId }: RecordServices & KeepingSettings,
  { id, server_id: holder, finals }: SessionRow,
): Promise<boolean> {
  let revision: number | undefined;
  let holders = [holder];
  await queue.submit(async (transaction) => {
    revision = undefined;
    const session = await rows.readIn(transaction, id);
    if (!isLeft(session.row) || !holders.includes(session.row.server_id))
      throw new RequestError('record_not_found');
    // If this is tried again, it may have succeeded before, though the answer was lost.
    holders = [holder, serverId];
    if (session.row.finals !== finals) return;
    const change = { server_id: serverId, ended_at: null, end_reason: null };
    revision = await rows.changeIn(transaction, session, change);
  }, WRITE_PATIENCE);
  if (revision === undefined) return false;
  rows.committed(id, revision);
  return true;
}

async function liveFinals(
  { database, rows }: RecordServices,
  id: string,
  dataKey: Buffer,
): Promise<readonly SegmentVersion[]> {
  const { row } = await requireSession(rows, id);
  const { segments } = await readWhole({ database, rows }, row, dataKey);
  return segments.map(({ versions: [first] }) => first);
}

async function recordedChannels(
  db: RecordServices['database']['db'],
  { id, finals, head }: SessionRow,
  dataKey: Buffer,
): Promise<ReadonlyMap<number, RecordedChannel>> {
  const channels = new Map<number, RecordedChannel>();
  const { segments } = await readSegments({ db, id, dataKey, finals, head });
  for await (const {
    versions: [first],
  } of inSlices(segments)) {
    const { channel, end, sequence } = first;
    const known = channels.get(channel) ?? { end: 0, nextSequence: 0 };
    channels.set(channel, {
      end: Math.max(known.end, end),
      nextSequence: Math.max(known.nextSequence, (sequence ?? -1) + 1),
    });
  }
  return channels;
}
