import { randomBytes } from 'node:crypto';
import type { ExpressionBuilder, Transaction } from 'kysely';
import type { Ownership } from '../../access/identity.js';
import type { PlaceHolder } from '../../access/shared-places.js';
import { WRITE_PATIENCE, type CommitQueue } from '../../db/commit-queue.js';
import type { Database } from '../../db/database.js';
import type { Schema } from '../../db/schema.js';
import { describeForHttp, RequestError, type ErrorDescription } from '../../errors.js';
import type { RowIntegrity } from '../../integrity/row-integrity.js';
import type { RowMac } from '../../integrity/row-macs.js';
import type { MasterKeys } from '../../records/master-keys.js';
import { KEY_BYTES } from '../../storage/seal.js';
import type { Transcript } from '../../transcripts/transcript.js';
import { unwrapJobKey, wrapJobKey } from './job-keys.js';
import { openOrder, sealOrder, type JobOrder } from './job-order.js';
import { createJobRows, type JobChange, type JobRow } from './job-rows.js';
import {
  deleteFinals,
  insertFinals,
  insertResult,
  readFinals,
  readResult,
  type HeardFinal,
} from './job-text.js';

/** What jobs are kept with. */
export interface JobStoreServices {
  readonly database: Database;
  readonly queue: CommitQueue;
  readonly integrity: RowIntegrity;
  readonly masterKeys: MasterKeys;
  /** The server that does all this, by its name in the table of servers. */
  readonly serverId: string;
  /** How long a job that has ended is kept, milliseconds. */
  readonly retentionMs: number;
}

/** A job whose audio begins to come. */
interface NewJob {
  readonly id: string;
  readonly ownership: Ownership;
  readonly origin: 'upload' | 'session';
  readonly sessionId: string | undefined;
  readonly audioStore: string;
  readonly audioFiles: number;
}

/** A job whose audio is there, and what is to be done with it. */
export interface SubmittedJob {
  readonly order: JobOrder;
  readonly model: string;
  readonly audioSeconds: number | undefined;
}

/** A job that this server carries out. */
export interface ClaimedJob {
  readonly row: JobRow;
  readonly key: Buffer;
  readonly order: ReturnType<typeof openOrder>;
}

/** What a server tries to claim: `gave-up` if it was begun too often, and has failed for that. */
type Claim =
  | { readonly kind: 'claimed'; readonly job: ClaimedJob; readonly wasBegun: boolean }
  | { readonly kind: 'gave-up'; readonly before: JobRow }
  | { readonly kind: 'gone' };

/** How a job ended. */
export type JobEnd =
  | {
      readonly status: 'done';
      readonly transcript: Transcript;
      readonly damaged: boolean;
      readonly dropped: number;
    }
  | { readonly status: 'failed' | 'cancelled'; readonly error: ErrorDescription };

/** Thrown in transactions of a job that somebody else has taken, ended or forgotten. */
export class JobLostError extends Error {
  override readonly name = 'JobLostError';
}

/** Times that a job may be begun without getting anywhere before it fails: whatever it is that ends the server, it must not go on. */
const MOST_ATTEMPTS = 5;

/** The most jobs that have ended which are listed. */
const MOST_LISTED = 1000;

/** The jobs in the database, which all servers on it share. What is written is on disk once it resolves. */
export interface JobStore {
  readonly arrive: (job: NewJob) => Promise<void>;
  /** The job waits for its turn from now on. Rejects with `records_unavailable` if it is not there any more. */
  readonly submit: (id: string, job: SubmittedJob) => Promise<JobRow>;
  /** Who holds a place for one that waits, runs, or comes in at another server. */
  readonly holders: () => Promise<readonly PlaceHolder[]>;
  readonly find: (id: string) => Promise<JobRow | undefined>;
  /** All that are known of a tenant, the newest first. */
  readonly list: (tenant: string) => Promise<readonly JobRow[]>;
  /** The transcript of one that is done. Throws `record_damaged` if it is not as it was written. */
  readonly transcript: (row: JobRow) => Promise<Transcript | undefined>;
  /** Those with audio in these places that wait, or whose server went down, in the order in which they came. */
  readonly waiting: (audioStores: readonly string[]) => Promise<readonly JobRow[]>;
  /** Begins a job, if no other server has. */
  readonly claim: (id: string) => Promise<Claim>;
  /** Throws a `JobLostError` unless this server carries out the job. */
  readonly requireHold: (transaction: Transaction<Schema>, id: string) => Promise<JobRow>;
  /** Changes a job that this server carries out, with finals that were heard. Waits while the database is away. */
  readonly save: (job: ClaimedJob, finals: readonly HeardFinal[], change: JobChange) => Promise<void>;
  /**
   * What the job heard before, if the same model did. If not, or if it is not as it was saved, the job begins anew.
   */
  readonly heardBefore: (job: ClaimedJob, model: string) => Promise<readonly HeardFinal[]>;
  /** Has the job wait for its turn again, at this server or another one. */
  readonly giveBack: (id: string, patience?: typeof WRITE_PATIENCE) => Promise<void>;
  /** Ends a job that this server carries out. Waits while the database is away. */
  readonly end: (job: ClaimedJob, end: JobEnd) => Promise<JobRow>;
  /** Cancels a job, whoever carries it out. Resolves with the job as it was; undefined if it has ended. */
  readonly cancel: (id: string) => Promise<JobRow | undefined>;
  readonly open: (row: JobRow) => Promise<ClaimedJob>;
  readonly audioGone: (id: string) => Promise<void>;
  readonly forget: (id: string) => Promise<void>;
  /** As `forget`, but waits while the database is away. */
  readonly forgetPatiently: (id: string) => Promise<void>;
  /** Those to clean up after: their time is over, or they have audio in these places that is of no use any more. */
  readonly over: (audioStores: readonly string[]) => Promise<readonly JobRow[]>;
  /** Which of these jobs this server still carries out. */
  readonly held: (ids: readonly string[]) => Promise<ReadonlySet<string>>;
}

type ClaimedRow =
  | Exclude<Claim, { kind: 'claimed' }>
  | { readonly kind: 'claimed'; readonly row: JobRow; readonly wasBegun: boolean };

/** Opens the jobs in a database. */
export function createJobStore(services: JobStoreServices): JobStore {
  const { database, queue, integrity, masterKeys, serverId, retentionMs } = services;
  const { db, kind } = database;
  const rows = createJobRows(database, integrity);

  const requireHold: JobStore['requireHold'] = async (transaction, id) => {
    const row = await rows.readIn(transaction, id);
    if (row?.status !== 'running' || row.server_id !== serverId) throw new JobLostError();
    return row;
  };

  const open: JobStore['open'] = async (row) => {
    if (row.sealed_order === null) throw new RequestError('record_damaged');
    const key = await unwrapJobKey(masterKeys, row.id, row);
    return { row, key, order: openOrder(key, row.id, row.sealed_order) };
  };

  const endedNow = (): JobChange => {
    const now = Date.now();
    return {
      ended_at: new Date(now).toISOString(),
      expires_at: new Date(now + retentionMs).toISOString(),
      sealed_order: null,
    };
  };

  const endIn = async (
    transaction: Transaction<Schema>,
    row: JobRow,
    { status, error }: Extract<JobEnd, { error: unknown }>,
  ): Promise<JobRow> => {
    await deleteFinals(transaction, row.id);
    const failed = { status, error: JSON.stringify(error), finals: 0, ...endedNow() };
    return rows.changeIn(transaction, row, failed);
  };

  /** Writes, and resolves with what the write that is on disk has returned. */
  const write = async <Result>(
    work: (transaction: Transaction<Schema>) => Promise<Result>,
    patience?: typeof WRITE_PATIENCE,
  ): Promise<Result> => {
    let result: { readonly is: Result } | undefined;
    await queue.submit(async (transaction) => {
      result = { is: await work(transaction) };
    }, patience);
    if (result === undefined) throw new RequestError('records_unavailable');
    return result.is;
  };

  const claimIn = async (transaction: Transaction<Schema>, id: string): Promise<ClaimedRow> => {
    const free = await transaction
      .selectFrom('transcription_jobs')
      .select('id')
      .where('id', '=', id)
      .where(isFree(serverId))
      .$if(kind === 'postgres', (query) => query.forUpdate().skipLocked())
      .executeTakeFirst();
    const row = free && (await rows.readIn(transaction, id));
    if (row === undefined) return { kind: 'gone' };
    if (row.attempts >= MOST_ATTEMPTS) {
      await endIn(transaction, row, { status: 'failed', error: describeForHttp('transcription_gave_up') });
      return { kind: 'gave-up', before: row };
    }
    const claimed = await rows.changeIn(transaction, row, {
      status: 'running',
      server_id: serverId,
      attempts: row.attempts + 1,
      started_at: row.started_at ?? new Date().toISOString(),
    });
    return { kind: 'claimed', row: claimed, wasBegun: row.started_at !== null };
  };

  return {
    arrive: (job) =>
      write((transaction) => rows.insertIn(transaction, arrivingRow(job, serverId)), WRITE_PATIENCE),
    submit: (id, job) =>
      write(async (transaction) => {
        const row = await rows.readIn(transaction, id);
        // The answer about this very change was lost with the connection.
        if (row?.status === 'queued') return row;
        if (row?.status !== 'arriving' || row.server_id !== serverId)
          throw new RequestError('records_unavailable');
        return rows.changeIn(transaction, row, submittedChange(masterKeys, id, job));
      }, WRITE_PATIENCE),
    holders: async () =>
      db
        .selectFrom('transcription_jobs')
        .select(['tenant', 'owner'])
        .where('ended_at', 'is', null)
        .where((eb) =>
          eb.or([
            eb('status', 'in', ['queued', 'running']),
            eb.and([eb('status', '=', 'arriving'), eb('server_id', '!=', serverId)]),
          ]),
        )
        .execute(),
    find: (id) => rows.find(id),
    list: async (tenant) => {
      const known = db
        .selectFrom('transcription_jobs')
        .selectAll()
        .where('tenant', '=', tenant)
        .orderBy('created_at', 'desc')
        .orderBy('id');
      const openOnes = await known.where('status', 'in', ['queued', 'running']).execute();
      const ended = await known
        .where('status', 'in', ['done', 'failed', 'cancelled'])
        .limit(MOST_LISTED)
        .execute();
      const all = await rows.authenticOf([...openOnes, ...ended]);
      return [...all].sort((one, other) => (one.created_at < other.created_at ? 1 : -1));
    },
    transcript: async (row) => {
      const key = await unwrapJobKey(masterKeys, row.id, row);
      return readResult(db, row.id, key);
    },
    waiting: async (audioStores) => {
      if (audioStores.length === 0) return [];
      return rows.authenticOf(
        await db
          .selectFrom('transcription_jobs')
          .selectAll()
          .where('audio_store', 'in', audioStores)
          .where(isFree(serverId))
          .orderBy('created_at')
          .orderBy('id')
          .execute(),
      );
    },
    claim: async (id) => {
      const claimed = await write((transaction) => claimIn(transaction, id), WRITE_PATIENCE);
      if (claimed.kind !== 'claimed') return claimed;
      return { kind: 'claimed', job: await open(claimed.row), wasBegun: claimed.wasBegun };
    },
    requireHold,
    save: (job, finals, change) =>
      write(async (transaction) => {
        const row = await requireHold(transaction, job.row.id);
        await insertFinals(transaction, row.id, job.key, finals);
        await rows.changeIn(transaction, row, change);
      }),
    heardBefore: async (job, model) => {
      const { row, key } = job;
      const finals = row.model === model ? await readFinals(db, row.id, key).catch(emptyIfDamaged) : [];
      if (finals.length === row.finals && row.model === model) return finals;
      await write(async (transaction) => {
        const now = await requireHold(transaction, row.id);
        await deleteFinals(transaction, row.id);
        await rows.changeIn(transaction, now, { finals: 0, progress: 0, model });
      });
      return [];
    },
    giveBack: (id, patience) =>
      write(async (transaction) => {
        const row = await requireHold(transaction, id);
        await rows.changeIn(transaction, row, { status: 'queued', server_id: null, attempts: 0 });
      }, patience),
    end: (job, end) =>
      write(async (transaction) => {
        const before = await rows.readIn(transaction, job.row.id);
        // The answer about this very end was lost with the connection.
        if (before?.status === end.status && before.server_id === serverId) return before;
        const row = await requireHold(transaction, job.row.id);
        if (end.status !== 'done') return endIn(transaction, row, end);
        await insertResult(transaction, row.id, job.key, end.transcript);
        await deleteFinals(transaction, row.id);
        return rows.changeIn(transaction, row, {
          status: 'done',
          progress: 1,
          finals: 0,
          audio_seconds: end.transcript.duration,
          damaged: end.damaged ? 1 : 0,
          dropped: end.dropped,
          ...endedNow(),
        });
      }),
    cancel: (id) =>
      write(async (transaction) => {
        const row = await rows.readIn(transaction, id);
        if (row === undefined || !['queued', 'running'].includes(row.status)) return undefined;
        await endIn(transaction, row, {
          status: 'cancelled',
          error: describeForHttp('transcription_cancelled'),
        });
        return row;
      }, WRITE_PATIENCE),
    open,
    audioGone: (id) =>
      write(async (transaction) => {
        const row = await rows.readIn(transaction, id);
        if (row) await rows.changeIn(transaction, row, { audio_files: 0 });
      }, WRITE_PATIENCE),
    forget: (id) => write((transaction) => rows.deleteIn(transaction, id), WRITE_PATIENCE),
    forgetPatiently: (id) => write((transaction) => rows.deleteIn(transaction, id)),
    over: async (audioStores) =>
      db
        .selectFrom('transcription_jobs')
        .selectAll()
        .where((eb) =>
          eb.or([
            eb('expires_at', '<', new Date().toISOString()),
            eb.and([
              audioStores.length === 0 ? eb.lit(false) : eb('audio_store', 'in', audioStores),
              eb('audio_files', '>', 0),
              eb.or([
                eb('ended_at', 'is not', null),
                eb.and([
                  eb('status', '=', 'arriving'),
                  eb.not(
                    eb.exists(
                      eb
                        .selectFrom('servers')
                        .select('id')
                        .whereRef('servers.id', '=', 'transcription_jobs.server_id'),
                    ),
                  ),
                ]),
              ]),
            ]),
          ]),
        )
        .execute(),
    held: async (ids) => {
      if (ids.length === 0) return new Set();
      const found = await db
        .selectFrom('transcription_jobs')
        .select('id')
        .where('id', 'in', ids)
        .where('status', '=', 'running')
        .where('server_id', '=', serverId)
        .execute();
      return new Set(found.map(({ id }) => id));
    },
  };
}

/**
 * Chooses jobs that no other server carries out, though they have not ended. This one asks only for those that it does not carry
 * out; one that it has claimed nevertheless was claimed by a write whose answer was lost.
 */
function isFree(serverId: string) {
  return (eb: ExpressionBuilder<Schema, 'transcription_jobs'>) =>
    eb.or([
      eb('status', '=', 'queued'),
      eb.and([
        eb('status', '=', 'running'),
        eb.or([
          eb('server_id', '=', serverId),
          eb.not(
            eb.exists(
              eb
                .selectFrom('servers')
                .select('id')
                .whereRef('servers.id', '=', 'transcription_jobs.server_id'),
            ),
          ),
        ]),
      ]),
    ]);
}

/** Until its audio is there as a whole, a job has no key: what has come of it can be read by nobody else. */
function arrivingRow(job: NewJob, serverId: string): Omit<JobRow, keyof RowMac> {
  return {
    id: job.id,
    tenant: job.ownership.tenant,
    owner: job.ownership.owner,
    group_names: JSON.stringify(job.ownership.groups),
    origin: job.origin,
    session_id: job.sessionId ?? null,
    status: 'arriving',
    progress: 0,
    finals: 0,
    model: '',
    language: '',
    task: '',
    words: 0,
    hearings: 1,
    audio_seconds: null,
    damaged: 0,
    dropped: 0,
    created_at: new Date().toISOString(),
    started_at: null,
    ended_at: null,
    expires_at: null,
    attempts: 0,
    error: null,
    server_id: serverId,
    audio_store: job.audioStore,
    audio_files: job.audioFiles,
    sealed_order: null,
    master_key_id: null,
    wrapped: null,
  };
}

function submittedChange(
  masterKeys: MasterKeys,
  id: string,
  { order, model, audioSeconds }: SubmittedJob,
): JobChange {
  const key = randomBytes(KEY_BYTES);
  const { settings } = order;
  return {
    status: 'queued',
    server_id: null,
    model,
    language: settings.language,
    task: settings.task,
    words: settings.words ? 1 : 0,
    hearings: settings.hearings,
    audio_seconds: audioSeconds ?? null,
    created_at: new Date().toISOString(),
    sealed_order: sealOrder(key, id, order),
    ...wrapJobKey(masterKeys, id, key),
  };
}

function emptyIfDamaged(error: unknown): readonly HeardFinal[] {
  if (error instanceof RequestError && error.code === 'record_damaged') return [];
  throw error;
}
