import type { Transaction } from 'kysely';
import type { Schema } from '../db/schema.js';

/** How much was destroyed, for the certificate. */
export type Destroyed = Readonly<Record<'keys' | 'segments' | 'audioPieces', number>>;

/** Deletes the key and every row of a session, and notes that it must not come back with a backup. */
export async function destroyRows(transaction: Transaction<Schema>, id: string): Promise<Destroyed> {
  const keys = await transaction.deleteFrom('data_keys').where('session_id', '=', id).executeTakeFirst();
  const segments = await transaction.deleteFrom('segments').where('session_id', '=', id).executeTakeFirst();
  await transaction.deleteFrom('refined_parts').where('session_id', '=', id).execute();
  const audio = await transaction.deleteFrom('audio_pieces').where('session_id', '=', id).executeTakeFirst();
  for (const table of ['speaker_changes', 'speaker_states'] as const)
    await transaction.deleteFrom(table).where('session_id', '=', id).execute();
  await destroyJobs(transaction, id);
  await transaction.deleteFrom('sessions').where('id', '=', id).execute();
  await transaction
    .insertInto('destroyed_keys')
    .values({ session_id: id, destroyed_at: new Date().toISOString() })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  await transaction
    .insertInto('key_removals')
    .columns(['copy_id', 'session_id'])
    .expression((eb) =>
      eb
        .selectFrom('key_copies')
        .select(['id', eb.val(id).as('session_id')])
        // Without it, SQLite would read ON CONFLICT as the ON of a join.
        .where(eb.lit(true)),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return {
    keys: Number(keys.numDeletedRows),
    segments: Number(segments.numDeletedRows),
    audioPieces: Number(audio.numDeletedRows),
  };
}

/**
 * Deletes the transcriptions that made the text of a session, with their keys: their audio cannot be read from then on, and the
 * server that reaches it deletes it.
 */
async function destroyJobs(transaction: Transaction<Schema>, sessionId: string): Promise<void> {
  const jobs = await transaction
    .selectFrom('transcription_jobs')
    .select('id')
    .where((eb) => eb.or([eb('id', '=', sessionId), eb('session_id', '=', sessionId)]))
    .execute();
  const ids = jobs.map(({ id }) => id);
  if (ids.length === 0) return;
  for (const table of ['transcription_finals', 'transcription_results'] as const)
    await transaction.deleteFrom(table).where('job_id', 'in', ids).execute();
  await transaction.deleteFrom('transcription_jobs').where('id', 'in', ids).execute();
}
