import { recoveryDigest } from '../access/recovery-codes.js';
import type { Database } from '../db/database.js';
import type { MasterKeys } from '../records/master-keys.js';
import { headKeysOf, readStoredHead } from '../records/stored-head.js';
import { RequestError } from '../errors.js';
import type { HeadKeys, RecordHead } from '../records/record-head.js';
import type { SessionRow } from '../records/session-rows.js';
import { coveredOfJob, coveredOfKey, coveredOfLogin, coveredOfUser } from './covered-columns.js';
import type { RefusedRow } from './refused-rows.js';
import { createRevisions, endedLogin, type Revisions } from './revisions.js';
import { createRowMacs, type RowMacs } from './row-macs.js';
import { VOUCHED } from './vouched-tables.js';

/** The services for verifying rows. A server may run meanwhile. */
export interface VerifyingServices {
  readonly database: Pick<Database, 'db'>;
  readonly masterKeys: MasterKeys;
}

/** Rows that are read together. */
const PAGE = 200;

/** What was found about one row, or about rows that are gone; mostly nothing. */
export type RowFindings = readonly RefusedRow[];

/**
 * Reads the keys, users, logins, recovery codes, sessions and transcriptions, row by row, and finds rows that no server wrote, that were put
 * back to an earlier state, that came back after they were destroyed, or that are gone. The audit log is trusted as it is;
 * `auscult audit verify` tells whether it is whole.
 */
export async function* verifyAuthenticatedRows({
  database: { db },
  masterKeys,
}: VerifyingServices): AsyncGenerator<RowFindings> {
  const macs = createRowMacs(masterKeys);
  const revisions = createRevisions({ db }, 'all');
  // Before the rows are read, so that these can only be newer than the log says.
  await revisions.refresh();
  yield* verifyKeys(db, macs, revisions);
  yield* verifyUsers(db, macs, revisions);
  yield* verifyLogins(db, macs, revisions);
  yield* verifySessions(db, macs, revisions);
  yield* verifyJobs(db, macs);
}

async function* verifyKeys(
  db: Database['db'],
  macs: RowMacs,
  revisions: Revisions,
): AsyncGenerator<RowFindings> {
  const missing = new Set(revisions.known('api_keys').keys());
  for await (const row of rowsOf((after) =>
    db.selectFrom('api_keys').selectAll().where('id', '>', after).orderBy('id').limit(PAGE).execute(),
  )) {
    missing.delete(row.id);
    const isAuthentic = await macs.isAuthentic('api_keys', coveredOfKey(row), row);
    yield refusalOf('api_keys', row, isAuthentic, revisions);
  }
  yield removed('api_keys', missing);
}

async function* verifyUsers(
  db: Database['db'],
  macs: RowMacs,
  revisions: Revisions,
): AsyncGenerator<RowFindings> {
  const missing = new Set(revisions.known('users').keys());
  for await (const row of rowsOf((after) =>
    db.selectFrom('users').selectAll().where('id', '>', after).orderBy('id').limit(PAGE).execute(),
  )) {
    missing.delete(row.id);
    const isAuthentic = await macs.isAuthentic('users', coveredOfUser(row), row);
    const refusal = refusalOf('users', row, isAuthentic, revisions);
    const hasCodes = !isAuthentic || (await hasItsCodes(db, row));
    yield hasCodes ? refusal : [...refusal, { table: 'recovery_codes', id: row.id, refusal: 'altered' }];
  }
  yield removed('users', missing);
}

/** Whether a user has the right recovery codes. If not, they are read again with the user, as one may just have been used. */
async function hasItsCodes(
  db: Database['db'],
  user: { readonly id: string; readonly recovery_digest: string | null },
): Promise<boolean> {
  const digestOf = async (): Promise<string | null> => {
    const codes = await db
      .selectFrom('recovery_codes')
      .select('digest')
      .where('user_id', '=', user.id)
      .execute();
    return recoveryDigest(codes.map(({ digest }) => digest));
  };
  if ((await digestOf()) === user.recovery_digest) return true;
  const now = await db
    .selectFrom('users')
    .select('recovery_digest')
    .where('id', '=', user.id)
    .executeTakeFirst();
  return now === undefined || now.recovery_digest === (await digestOf());
}

async function* verifyLogins(
  db: Database['db'],
  macs: RowMacs,
  revisions: Revisions,
): AsyncGenerator<RowFindings> {
  const pages = rowsOf(async (after) => {
    const rows = await db
      .selectFrom('logins')
      .selectAll()
      .where('digest', '>', after)
      .orderBy('digest')
      .limit(PAGE)
      .execute();
    return rows.map((row) => ({ ...row, id: row.digest }));
  });
  for await (const row of pages) {
    const id = endedLogin(row.digest);
    const isAuthentic = await macs.isAuthentic('logins', coveredOfLogin(row), row);
    if (isAuthentic && !revisions.isEnded(id)) yield [];
    else yield [{ table: 'logins', id, refusal: isAuthentic ? 'replayed' : 'altered' }];
  }
}

async function* verifySessions(
  db: Database['db'],
  macs: RowMacs,
  revisions: Revisions,
): AsyncGenerator<RowFindings> {
  const missing = new Set(revisions.known('sessions').keys());
  for await (const row of sessionsOf(db)) {
    missing.delete(row.id);
    const isSound = (await isAuthenticSession(db, macs, row)) || (await isGone(db, row));
    const refusal = refusalOf('sessions', row, isSound, revisions);
    const isBack = revisions.isDestroyed(row.id);
    yield isBack ? [...refusal, { table: 'sessions', id: row.id, refusal: 'returned' }] : refusal;
  }
  if (missing.size === 0) return;
  // Sessions that were destroyed meanwhile are not missing.
  const now = createRevisions({ db }, 'all');
  await now.refresh();
  yield removed(
    'sessions',
    [...missing].filter((id) => !now.isDestroyed(id)),
  );
}

async function* verifyJobs(db: Database['db'], macs: RowMacs): AsyncGenerator<RowFindings> {
  for await (const row of rowsOf((after) =>
    db
      .selectFrom('transcription_jobs')
      .selectAll()
      .where('id', '>', after)
      .orderBy('id')
      .limit(PAGE)
      .execute(),
  )) {
    const isAuthentic = await macs.isAuthentic('transcription_jobs', coveredOfJob(row), row);
    yield isAuthentic ? [] : [{ table: 'transcription_jobs', id: row.id, refusal: 'altered' }];
  }
}

/**
 * Reads every record, one by one, and finds those that do not match their heads: text or audio is missing, was put
 * back, or does not belong to them. Sessions whose rows nothing vouches for are left to {@link
 * verifyAuthenticatedRows}.
 */
export async function* verifyRecordHeads({
  database: { db },
  masterKeys,
}: VerifyingServices): AsyncGenerator<RowFindings> {
  const macs = createRowMacs(masterKeys);
  for await (const row of sessionsOf(db)) {
    const isWhole =
      !(await isAuthenticSession(db, macs, row)) || (await isAsItsHeadSays(db, masterKeys, row));
    yield isWhole ? [] : [{ table: 'sessions', id: row.id, refusal: 'shortened' }];
  }
}

/** Attempts at a record that is being written while it is read. */
const ATTEMPTS = 5;

async function isAsItsHeadSays(
  db: Database['db'],
  masterKeys: MasterKeys,
  row: SessionRow,
): Promise<boolean> {
  let current: SessionRow | undefined = row;
  for (let attempt = 0; current !== undefined && attempt < ATTEMPTS; attempt++) {
    const keys = await headKeysOf(db, masterKeys, current.id);
    const expected = keys && headOf(keys, current);
    if (keys && expected && isSame(await readStoredHead(db, keys, current.id), expected)) return true;
    const before: number = current.revision;
    current = await db.selectFrom('sessions').selectAll().where('id', '=', row.id).executeTakeFirst();
    if (current?.revision === before) return false;
  }
  // It is gone, or changes faster than it is read.
  return true;
}

function headOf(keys: HeadKeys, { head }: SessionRow): RecordHead | undefined {
  try {
    return head === null ? undefined : keys.openHead(head);
  } catch (error) {
    if (error instanceof RequestError) return undefined;
    throw error;
  }
}

function isSame(one: RecordHead, other: RecordHead): boolean {
  const channels = Math.max(one.audio.length, other.audio.length);
  return (
    one.text === other.text &&
    Array.from({ length: channels }, (_, channel) => channel).every(
      (channel) =>
        (one.audio[channel]?.pieces ?? 0) === (other.audio[channel]?.pieces ?? 0) &&
        (one.audio[channel]?.end ?? 0) === (other.audio[channel]?.end ?? 0),
    )
  );
}

function refusalOf(
  table: 'api_keys' | 'users' | 'sessions',
  { id, revision }: { readonly id: string; readonly revision: number },
  isAuthentic: boolean,
  revisions: Revisions,
): RowFindings {
  if (!isAuthentic) return [{ table, id, refusal: 'altered' }];
  return revision < revisions.oldest(table, id) ? [{ table, id, refusal: 'replayed' }] : [];
}

function removed(table: 'api_keys' | 'users' | 'sessions', ids: Iterable<string>): RowFindings {
  return [...ids].map((id) => ({ table, id, refusal: 'removed' }));
}

async function isAuthenticSession(db: Database['db'], macs: RowMacs, row: SessionRow): Promise<boolean> {
  return macs.isAuthentic('sessions', await VOUCHED.sessions.coveredOf(row, db), row);
}

/** Whether the session was destroyed after its row was read, and its groups with it. */
async function isGone(db: Database['db'], { id }: SessionRow): Promise<boolean> {
  const now = await db.selectFrom('sessions').select('id').where('id', '=', id).executeTakeFirst();
  return now === undefined;
}

function sessionsOf(db: Database['db']): AsyncGenerator<SessionRow> {
  return rowsOf((after) =>
    db.selectFrom('sessions').selectAll().where('id', '>', after).orderBy('id').limit(PAGE).execute(),
  );
}

/** Every row, a page at a time. */
async function* rowsOf<Row extends { readonly id: string }>(
  pageAfter: (after: string) => Promise<readonly Row[]>,
): AsyncGenerator<Row> {
  for (let after = ''; ;) {
    const page = await pageAfter(after);
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    after = last.id;
  }
}
