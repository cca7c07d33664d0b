import type { Database } from '../db/database.js';
import { RequestError } from '../errors.js';
import { readDataKey } from './data-keys.js';
import type { MasterKeys } from './master-keys.js';
import { createHeadKeys, EMPTY_RECORD_HEAD, type HeadKeys, type RecordHead } from './record-head.js';
import { segmentPages } from './segment-pages.js';
import { speakerChangePages } from './stored-speaker-changes.js';

/** Computes the head of a record from its stored rows, and seals it; null if the key of the session cannot be opened. */
export async function headOfStored(
  db: Database['db'],
  masterKeys: MasterKeys,
  sessionId: string,
): Promise<Buffer | null> {
  const keys = await headKeysOf(db, masterKeys, sessionId);
  return keys === undefined ? null : keys.sealHead(await readStoredHead(db, keys, sessionId));
}

/** The keys of a session's head; undefined if the key of the session is lost. */
export async function headKeysOf(
  db: Database['db'],
  masterKeys: MasterKeys,
  sessionId: string,
): Promise<HeadKeys | undefined> {
  try {
    const dataKey = await readDataKey(db, masterKeys, sessionId);
    const keys = createHeadKeys(dataKey, sessionId);
    dataKey.fill(0);
    return keys;
  } catch (error) {
    if (error instanceof RequestError && error.code === 'record_damaged') return undefined;
    throw error;
  }
}

/** Computes the head of a record from its stored rows, some rows at a time. */
export async function readStoredHead(
  db: Database['db'],
  keys: HeadKeys,
  sessionId: string,
): Promise<RecordHead> {
  const parts = await db
    .selectFrom('refined_parts')
    .selectAll()
    .where('session_id', '=', sessionId)
    .execute();
  let head = keys.withText(
    EMPTY_RECORD_HEAD,
    parts.map((part) => ({ table: 'refined_parts', ...part }) as const),
  );
  for await (const segments of segmentPages(db, sessionId))
    head = keys.withText(
      head,
      segments.map((segment) => ({ table: 'segments', ...segment }) as const),
    );
  for await (const changes of speakerChangePages(db, sessionId))
    head = keys.withText(
      head,
      changes.map((change) => ({ table: 'speaker_changes', ...change }) as const),
    );
  return { ...head, audio: await audioOf(db, sessionId) };
}

async function audioOf(db: Database['db'], sessionId: string): Promise<RecordHead['audio']> {
  const rows = await db
    .selectFrom('audio_pieces')
    .select(({ fn }) => ['channel', fn.countAll<number>().as('pieces'), fn.max('place').as('last')])
    .where('session_id', '=', sessionId)
    .groupBy('channel')
    .execute();
  const channels = Math.max(0, ...rows.map(({ channel }) => channel + 1));
  return Array.from({ length: channels }, (_, channel) => {
    const found = rows.find((row) => row.channel === channel);
    return found === undefined ? { pieces: 0, end: 0 } : { pieces: found.pieces, end: found.last + 1 };
  });
}
