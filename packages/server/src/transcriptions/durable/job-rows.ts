import type { Selectable, Transaction } from 'kysely';
import type { Database } from '../../db/database.js';
import { forChange } from '../../db/for-change.js';
import type { Schema } from '../../db/schema.js';
import { coveredOfJob } from '../../integrity/covered-columns.js';
import type { RowIntegrity } from '../../integrity/row-integrity.js';
import type { RowMac } from '../../integrity/row-macs.js';

export type JobRow = Selectable<Schema['transcription_jobs']>;

/** `arriving`: its audio is not there as a whole. */
type JobStatus = 'arriving' | 'queued' | 'running' | 'done' | 'failed' | 'cancelled';

/** What may change about a job. */
export type JobChange = Partial<
  Pick<
    JobRow,
    | 'progress'
    | 'finals'
    | 'model'
    | 'language'
    | 'task'
    | 'words'
    | 'hearings'
    | 'audio_seconds'
    | 'damaged'
    | 'dropped'
    | 'created_at'
    | 'started_at'
    | 'ended_at'
    | 'expires_at'
    | 'attempts'
    | 'error'
    | 'server_id'
    | 'audio_files'
    | 'sealed_order'
    | 'master_key_id'
    | 'wrapped'
  >
> & { readonly status?: JobStatus };

/** The rows of jobs. One that is not as a server wrote it is reported, and is as if it were not there. */
export interface JobRows {
  readonly find: (id: string) => Promise<JobRow | undefined>;
  /** The rows among these that are as a server wrote them. */
  readonly authenticOf: (rows: readonly JobRow[]) => Promise<readonly JobRow[]>;
  readonly insertIn: (transaction: Transaction<Schema>, row: Omit<JobRow, keyof RowMac>) => Promise<void>;
  /** Reads a row that is to be changed, and locks it until the transaction ends. */
  readonly readIn: (transaction: Transaction<Schema>, id: string) => Promise<JobRow | undefined>;
  /** Changes a row that the transaction has read; returns it as it is then. */
  readonly changeIn: (transaction: Transaction<Schema>, row: JobRow, change: JobChange) => Promise<JobRow>;
  readonly deleteIn: (transaction: Transaction<Schema>, id: string) => Promise<void>;
}

/** Makes the rows of jobs in a database. */
export function createJobRows(
  { db, kind }: Pick<Database, 'db' | 'kind'>,
  { macs, refused }: Pick<RowIntegrity, 'macs' | 'refused'>,
): JobRows {
  const authentic = async (row: JobRow | undefined): Promise<JobRow | undefined> => {
    if (row === undefined) return undefined;
    if (await macs.isAuthentic('transcription_jobs', coveredOfJob(row), row)) return row;
    refused.report({ table: 'transcription_jobs', id: row.id, refusal: 'altered' });
    return undefined;
  };
  const vouched = <Row extends Omit<JobRow, keyof RowMac>>(row: Row): Row & RowMac => ({
    ...row,
    ...macs.vouch('transcription_jobs', coveredOfJob(row)),
  });
  return {
    find: async (id) =>
      authentic(
        await db.selectFrom('transcription_jobs').selectAll().where('id', '=', id).executeTakeFirst(),
      ),
    authenticOf: async (rows) => {
      const sound = await Promise.all(rows.map(authentic));
      return sound.filter((row) => row !== undefined);
    },
    insertIn: async (transaction, row) => {
      await transaction.insertInto('transcription_jobs').values(vouched(row)).execute();
    },
    readIn: async (transaction, id) =>
      authentic(
        await forChange(transaction, kind, (reading) =>
          reading.selectFrom('transcription_jobs').selectAll().where('id', '=', id),
        ),
      ),
    changeIn: async (transaction, row, change) => {
      const changed = vouched({ ...row, ...change });
      const { mac, mac_key_id } = changed;
      await transaction
        .updateTable('transcription_jobs')
        .set({ ...change, mac, mac_key_id })
        .where('id', '=', row.id)
        .execute();
      return changed;
    },
    deleteIn: async (transaction, id) => {
      // PostgreSQL would delete these by itself, but SQLite only where foreign keys are on.
      for (const table of ['transcription_finals', 'transcription_results'] as const)
        await transaction.deleteFrom(table).where('job_id', '=', id).execute();
      await transaction.deleteFrom('transcription_jobs').where('id', '=', id).execute();
    },
  };
}
