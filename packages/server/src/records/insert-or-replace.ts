import type { Selectable, Transaction } from 'kysely';
import type { Schema } from '../db/schema.js';

/** Inserts a segment, and replaces any row that is in its place already, whoever put it there. */
export async function insertSegment(
  transaction: Transaction<Schema>,
  row: Selectable<Schema['segments']>,
): Promise<void> {
  const insert = () =>
    transaction
      .insertInto('segments')
      .values(row)
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
  if ((await insert()).numInsertedOrUpdatedRows !== 0n) return;
  await transaction
    .deleteFrom('segments')
    .where('session_id', '=', row.session_id)
    .where('reading', '=', row.reading)
    .where('place', '=', row.place)
    .where('version', '=', row.version)
    .execute();
  await insert();
}

/** Inserts a piece of audio, and replaces any row that is in its place already, whoever put it there. */
export async function insertPiece(
  transaction: Transaction<Schema>,
  row: Selectable<Schema['audio_pieces']>,
): Promise<void> {
  const insert = () =>
    transaction
      .insertInto('audio_pieces')
      .values(row)
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
  if ((await insert()).numInsertedOrUpdatedRows !== 0n) return;
  await transaction
    .deleteFrom('audio_pieces')
    .where('session_id', '=', row.session_id)
    .where('channel', '=', row.channel)
    .where('place', '=', row.place)
    .execute();
  await insert();
}
