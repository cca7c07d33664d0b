import type { Transaction } from 'kysely';
import type { Schema } from '../db/schema.js';
import { sealFinal, type FinalRecord } from './record-content.js';
import type { TextRow } from './record-head.js';

/** The text of a second pass over a stretch of a session. */
export interface RefinedText {
  /** Id of the transcription that made it. */
  readonly id: string;
  readonly model: string;
  /** Seconds since the session's first sample. */
  readonly start: number;
  readonly end: number;
  /** In the order of their beginning. */
  readonly finals: readonly FinalRecord[];
}

/** Rows written in one statement. */
const PAGE = 100;

/** Adds the text beside the live finals. Resolves with the rows that were added; undefined if the text was there already. */
export async function writeRefined(
  transaction: Transaction<Schema>,
  sessionId: string,
  dataKey: Buffer,
  { id, model, start, end, finals }: RefinedText,
): Promise<readonly TextRow[] | undefined> {
  const parts = await transaction
    .selectFrom('refined_parts')
    .select(['id', 'first_place', 'finals'])
    .where('session_id', '=', sessionId)
    .execute();
  if (parts.some((part) => part.id === id)) return undefined;
  const firstPlace = Math.max(0, ...parts.map((part) => part.first_place + part.finals));
  const writtenAt = new Date().toISOString();
  const part = {
    session_id: sessionId,
    id,
    first_place: firstPlace,
    finals: finals.length,
    model,
    start_seconds: start,
    end_seconds: end,
    written_at: writtenAt,
  };
  await transaction.insertInto('refined_parts').values(part).execute();
  const rows = finals.map((final, index) => {
    const at = { sessionId, reading: 'refined', place: firstPlace + index, version: 1 } as const;
    const { reading, place, version } = at;
    return {
      session_id: sessionId,
      reading,
      place,
      version,
      written_at: writtenAt,
      written_by: null,
      sealed: sealFinal(dataKey, final, at),
    };
  });
  for (let from = 0; from < rows.length; from += PAGE)
    await transaction
      .insertInto('segments')
      .values(rows.slice(from, from + PAGE))
      .execute();
  return [
    { table: 'refined_parts', ...part },
    ...rows.map((row) => ({ table: 'segments', ...row }) as const),
  ];
}
