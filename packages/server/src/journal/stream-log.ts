import { randomBytes } from 'node:crypto';
import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream';
import { deleteMessages } from '../cluster/delete-messages.js';
import { requireRoom } from '../cluster/jetstream-room.js';
import { RECORD_BYTES, segmentKey, writeRecord, type JournalRecordHead } from './journal-record.js';
import { SAMPLE_BYTES } from '../records/record-audio.js';
import type { KeptRecord, NewRecord, SegmentLog } from './segment-log.js';
import { JOURNAL_STREAM, JOURNAL_SUBJECTS } from './journal-stream.js';

/** Where a server writes its records. */
export interface StreamPlace {
  readonly stream: JetStreamClient;
  readonly manager: JetStreamManager;
  readonly serverId: string;
}

/** Bytes of the random value in front of each record, from which its key is made. */
export const SALT_BYTES = 16;

/** The most bytes of samples in one message: NATS takes 1 MiB by default. */
const MOST_BYTES = 512 * 1024;

/** Records in a stream that are destroyed once nobody needs them, those of a subject from the oldest on. */
export function createStreamLog(
  { stream, manager, serverId }: StreamPlace,
  keyOf: (sessionId: string) => Uint8Array | undefined,
  isNeeded: (record: KeptRecord) => boolean,
): SegmentLog {
  const salt = randomBytes(SALT_BYTES);
  const kept = new Map<string, { readonly record: KeptRecord; readonly sequence: number }[]>();

  const publish = async ({ head, plain }: NewRecord): Promise<void> => {
    const sessionKey = keyOf(head.sessionId);
    // Its session has ended meanwhile.
    if (sessionKey === undefined) return;
    const parts = writeRecord(segmentKey(sessionKey, salt), head, plain);
    const subject = subjectOf(serverId, head);
    const bytes = parts.reduce((sum, { length }) => sum + length, 0);
    const { seq: sequence } = await requireRoom(stream.publish(subject, Buffer.concat([salt, ...parts])));
    const own = kept.get(subject) ?? [];
    kept.set(subject, own);
    own.push({ record: { head, bytes }, sequence });
  };

  const clean = async (): Promise<void> => {
    for (const [subject, records] of kept) {
      records.sort((one, other) => one.sequence - other.sequence);
      const firstNeeded = records.findIndex(({ record }) => isNeeded(record));
      const needless = records.slice(0, firstNeeded < 0 ? records.length : firstNeeded);
      if (needless.length === 0) continue;
      await deleteMessages(
        manager,
        JOURNAL_STREAM,
        needless.map(({ sequence }) => sequence),
      );
      records.splice(0, needless.length);
      if (records.length === 0) kept.delete(subject);
    }
  };

  return {
    write: async (records) => {
      await Promise.all(records.flatMap(inMessages).map(publish));
    },
    clean,
    holds: (sessionId) =>
      [...kept.values()].some((records) => records.some(({ record }) => record.head.sessionId === sessionId)),
    bytes: () => [...kept.values()].flat().reduce((sum, { record }) => sum + record.bytes, 0),
    close: () => Promise.resolve(),
  };
}

/** The subject of a record: its server, its session and what it holds. */
function subjectOf(serverId: string, { kind, sessionId, channel }: JournalRecordHead): string {
  const what = kind === 'audio' ? `audio-${channel}` : kind;
  return `${JOURNAL_SUBJECTS}.${serverId}.${sessionId}.${what}`;
}

/** A record of samples that is too long for a message, in several. */
function inMessages({ head, plain }: NewRecord): readonly NewRecord[] {
  const bytes = plain.reduce((sum, { length }) => sum + length, 0);
  if (head.kind !== 'audio' || bytes + RECORD_BYTES <= MOST_BYTES) return [{ head, plain }];
  const pcm = Buffer.concat(plain);
  return Array.from({ length: Math.ceil(bytes / MOST_BYTES) }, (_, part) => {
    const at = part * MOST_BYTES;
    return {
      head: { ...head, from: head.from + at / SAMPLE_BYTES },
      plain: [pcm.subarray(at, at + MOST_BYTES)],
    };
  });
}
