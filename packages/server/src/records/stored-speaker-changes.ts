import type { Transaction } from 'kysely';
import type { Database } from '../db/database.js';
import type { Schema } from '../db/schema.js';
import type { SpeakerChangeRow } from './speaker-changes.js';

/** Rows that are read by one statement. */
const PAGE = 100;

/** All changes of speakers of a session, page by page, in order. */
export async function* speakerChangePages(
  db: Database['db'],
  sessionId: string,
): AsyncGenerator<readonly SpeakerChangeRow[]> {
  for (let after = -1; ;) {
    const page = await db
      .selectFrom('speaker_changes')
      .selectAll()
      .where('session_id', '=', sessionId)
      .where('place', '>', after)
      .orderBy('place')
      .limit(PAGE)
      .execute();
    yield page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    after = last.place;
  }
}

/** The place of the next change. The session has to be locked. */
export async function nextSpeakerChange(
  transaction: Transaction<Schema>,
  sessionId: string,
): Promise<number> {
  const last = await transaction
    .selectFrom('speaker_changes')
    .select(({ fn }) => fn.max('place').as('place'))
    .where('session_id', '=', sessionId)
    .executeTakeFirst();
  return (last?.place ?? -1) + 1;
}
