import type { JsMsg } from '@nats-io/jetstream';
import { deleteSubject, endConsumer } from '../cluster/delete-messages.js';
import { findRecords, openRecord, segmentKey } from './journal-record.js';
import type { AudioJournal, LeftContent, LeftSession } from './journal.js';
import { contentOf, type OpenedRecord } from './left-files.js';
import { JOURNAL_STREAM, JOURNAL_SUBJECTS } from './journal-stream.js';
import { SALT_BYTES, type StreamPlace } from './stream-log.js';

/** What servers have written to the stream of all. */
export interface LeftStreams {
  readonly claim: AudioJournal['left'];
  readonly of: NonNullable<AudioJournal['leftOf']>;
  /** Destroys what others have written of these sessions. */
  readonly discard: (sessionIds: ReadonlySet<string>) => Promise<void>;
}

/** Looks in the subjects of the stream. What may be taken is decided by the record of a session, not here. */
export function createLeftStreams(place: StreamPlace): LeftStreams {
  const { manager, serverId } = place;

  const subjectsOf = async (filter: string): Promise<readonly Subject[]> => {
    const { state } = await manager.streams.info(JOURNAL_STREAM, { subjects_filter: filter });
    return Object.keys(state.subjects ?? {}).flatMap((name) => {
      const [server, session] = name.slice(JOURNAL_SUBJECTS.length + 1).split('.');
      return server === undefined || session === undefined ? [] : [{ name, server, session }];
    });
  };

  const discard = async (sessionId: string, last?: number): Promise<void> => {
    for (const { name, server } of await subjectsOf(`${JOURNAL_SUBJECTS}.*.${sessionId}.>`))
      if (server !== serverId) await deleteSubject(place, JOURNAL_STREAM, name, last);
  };

  const leftSession = async (id: string, subjects: readonly Subject[]): Promise<LeftSession> => {
    let lastRead: number | undefined;
    return {
      id,
      lastWrittenAt: await lastWrittenAt(place, subjects),
      read: async (key) => {
        const { content, last } = await read(place, id, key);
        lastRead = last;
        return content;
      },
      // A server that was taken for gone may have written more since.
      discard: () => discard(id, lastRead),
    };
  };

  return {
    claim: async ({ isAlive }) => {
      const left = (await subjectsOf(`${JOURNAL_SUBJECTS}.>`)).filter(
        ({ server }) => server !== serverId && !isAlive(server),
      );
      return Promise.all([...bySession(left)].map(([id, subjects]) => leftSession(id, subjects)));
    },
    of: async (id) => {
      const subjects = await subjectsOf(`${JOURNAL_SUBJECTS}.*.${id}.>`);
      return subjects.length === 0 ? undefined : leftSession(id, subjects);
    },
    discard: async (ids) => {
      for (const id of ids) await discard(id);
    },
  };
}

interface Subject {
  readonly name: string;
  readonly server: string;
  readonly session: string;
}

function bySession(subjects: readonly Subject[]): ReadonlyMap<string, readonly Subject[]> {
  const sessions = new Map<string, Subject[]>();
  for (const subject of subjects)
    sessions.set(subject.session, [...(sessions.get(subject.session) ?? []), subject]);
  return sessions;
}

async function lastWrittenAt({ manager }: StreamPlace, subjects: readonly Subject[]): Promise<Date> {
  const times = await Promise.all(
    subjects.map(async ({ name }) => {
      const message = await manager.streams.getMessage(JOURNAL_STREAM, { last_by_subj: name });
      return message?.time.getTime() ?? 0;
    }),
  );
  return new Date(Math.max(0, ...times));
}

/** What a session has left, and the number of the last message of it. */
interface ReadStream {
  readonly content: LeftContent;
  readonly last: number;
}

async function read(place: StreamPlace, sessionId: string, key: Uint8Array): Promise<ReadStream> {
  const opened: OpenedRecord[] = [];
  let damaged = 0;
  let last = 0;
  for await (const message of messagesOf(place, `${JOURNAL_SUBJECTS}.*.${sessionId}.>`)) {
    last = message.seq;
    const record = openMessage(bytesOf(message), key);
    if (record === undefined) damaged += 1;
    else opened.push(record);
  }
  return { content: contentOf(opened, damaged), last };
}

/** Undefined if it is damaged. */
function openMessage(bytes: Buffer, key: Uint8Array): OpenedRecord | undefined {
  const record = bytes.subarray(SALT_BYTES);
  const [found] = findRecords(record).records;
  if (found === undefined) return undefined;
  try {
    return {
      head: found.head,
      plain: openRecord(segmentKey(key, bytes.subarray(0, SALT_BYTES)), record.subarray(0, found.length)),
    };
  } catch {
    return undefined;
  }
}

/** Messages that are fetched at a time, and how long NATS has for them, milliseconds. */
const FETCHED_TOGETHER = 200;
const PATIENCE_MS = 2000;

/** All messages of subjects that are there now. */
async function* messagesOf({ stream }: StreamPlace, filter: string): AsyncGenerator<JsMsg> {
  const consumer = await stream.consumers.get(JOURNAL_STREAM, { filter_subjects: filter });
  try {
    let { num_pending: pending } = await consumer.info();
    while (pending > 0) {
      const before = pending;
      const batch = await consumer.fetch({
        max_messages: Math.min(pending, FETCHED_TOGETHER),
        expires: PATIENCE_MS,
      });
      for await (const message of batch) {
        yield message;
        ({ pending } = message.info);
      }
      // What was there is gone, as it was settled meanwhile, or NATS is slow.
      if (pending === before) ({ num_pending: pending } = await consumer.info());
    }
  } finally {
    await endConsumer(consumer);
  }
}

function bytesOf({ data }: JsMsg): Buffer {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}
