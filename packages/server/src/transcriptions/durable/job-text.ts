import type { FinalHypothesis } from '@auscult/asr';
import type { Transaction } from 'kysely';
import type { Database } from '../../db/database.js';
import type { Schema } from '../../db/schema.js';
import { open, seal } from '../../records/seal.js';
import type { Transcript } from '../../transcripts/transcript.js';

/** A final of a job that has not ended, before it is written in any form. */
export interface HeardFinal {
  /** Place of the channel in the source. */
  readonly channel: number;
  readonly hearing: number;
  /** Place in that hearing of the channel, from 0. */
  readonly place: number;
  readonly final: FinalHypothesis;
}

/** Finals that are written in one statement. */
const PAGE = 100;

/** Keeps finals; those that are there already stay. */
export async function insertFinals(
  transaction: Transaction<Schema>,
  jobId: string,
  jobKey: Uint8Array,
  finals: readonly HeardFinal[],
): Promise<void> {
  const rows = finals.map(({ channel, hearing, place, final }) => ({
    job_id: jobId,
    channel,
    hearing,
    place,
    sealed: seal(jobKey, Buffer.from(JSON.stringify(final)), finalPlace(jobId, channel, hearing, place)),
  }));
  for (let from = 0; from < rows.length; from += PAGE)
    await transaction
      .insertInto('transcription_finals')
      .values(rows.slice(from, from + PAGE))
      .onConflict((conflict) => conflict.doNothing())
      .execute();
}

/** All finals of a job, in order. Throws `record_damaged` if one is not what was sealed for its place. */
export async function readFinals(
  db: Database['db'],
  jobId: string,
  jobKey: Uint8Array,
): Promise<readonly HeardFinal[]> {
  const rows = await db
    .selectFrom('transcription_finals')
    .selectAll()
    .where('job_id', '=', jobId)
    .orderBy('channel')
    .orderBy('hearing')
    .orderBy('place')
    .execute();
  return rows.map(({ channel, hearing, place, sealed }) => ({
    channel,
    hearing,
    place,
    final: JSON.parse(
      open(jobKey, sealed, finalPlace(jobId, channel, hearing, place)).toString(),
    ) as FinalHypothesis,
  }));
}

export async function deleteFinals(transaction: Transaction<Schema>, jobId: string): Promise<void> {
  await transaction.deleteFrom('transcription_finals').where('job_id', '=', jobId).execute();
}

/** Keeps the transcript of a job. */
export async function insertResult(
  transaction: Transaction<Schema>,
  jobId: string,
  jobKey: Uint8Array,
  { duration, segments, speakers }: Transcript,
): Promise<void> {
  const transcript: Transcript = { duration, segments, ...(speakers && { speakers }) };
  const sealed = seal(jobKey, Buffer.from(JSON.stringify(transcript)), resultPlace(jobId));
  await transaction
    .insertInto('transcription_results')
    .values({ job_id: jobId, sealed })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** The transcript of a job, if it has one. Throws `record_damaged` if it is not what was sealed for the job. */
export async function readResult(
  db: Database['db'],
  jobId: string,
  jobKey: Uint8Array,
): Promise<Transcript | undefined> {
  const row = await db
    .selectFrom('transcription_results')
    .select('sealed')
    .where('job_id', '=', jobId)
    .executeTakeFirst();
  return row && (JSON.parse(open(jobKey, row.sealed, resultPlace(jobId)).toString()) as Transcript);
}

function finalPlace(jobId: string, channel: number, hearing: number, place: number) {
  return ['transcription_finals', jobId, channel, hearing, place] as const;
}

function resultPlace(jobId: string): readonly string[] {
  return ['transcription_results', jobId];
}
