import { sql, type Transaction } from 'kysely';
import { recoveryDigest } from '../access/recovery-codes.js';
import { SERVER_ITSELF, type AuditEvent } from '../audit/audit-event.js';
import type { AuditLog } from '../audit/audit-log.js';
import { isMarkedVouchedFor, markVouchedFor, saysRowsAreVouchedFor } from '../audit/rows-vouched-for.js';
import { lockChain } from '../audit/stored-chain.js';
import { ConfigError } from '../config/config-error.js';
import type { CommitQueue } from '../db/commit-queue.js';
import type { Database } from '../db/database.js';
import type { Schema } from '../db/schema.js';
import type { MasterKeys } from '../records/master-keys.js';
import { headOfStored } from '../records/stored-head.js';
import type { Log } from '../telemetry/log.js';
import {
  coveredOfKey,
  coveredOfLogin,
  coveredOfSession,
  coveredOfUser,
  VOUCHED_TABLES,
} from './covered-columns.js';
import { ownerGroups } from './vouched-tables.js';
import type { RowIntegrity } from './row-integrity.js';

/** The services needed to vouch for rows that nothing vouches for. */
interface VouchingServices {
  readonly database: Database;
  readonly queue: CommitQueue;
  readonly audit: AuditLog;
  readonly masterKeys: MasterKeys;
  readonly integrity: RowIntegrity;
  readonly log: Log;
}

/** Sessions that are read together. */
const PAGE = 200;

/** PostgreSQL: the name of the lock that whoever vouches for older rows holds until it is committed. */
const VOUCHING_LOCK = 0x41_75_73_76;

/**
 * Vouches for rows written by versions that vouched for none, once in the life of a database: an entry in the audit
 * log, which is anchored outside, records it with the number of rows, and the sealed head of the log says so
 * permanently. From then on, a row without a MAC is refused.
 *
 * @param created the event about a new master key, if one was made; in an empty database, it says the same
 * @throws {ConfigError} if neither says so although some rows are vouched for
 */
export async function vouchForOlderRows(
  services: VouchingServices,
  created: AuditEvent | undefined,
): Promise<void> {
  const { database, queue, audit, masterKeys, log } = services;
  if (await isMarkedVouchedFor(database.db, masterKeys)) {
    if (created !== undefined) await audit.append(created);
    return;
  }
  await queue.submit(async (transaction) => {
    if (database.kind === 'postgres')
      await sql`select pg_advisory_xact_lock(${VOUCHING_LOCK})`.execute(transaction);
    await lockChain(transaction, database.kind);
    if (await isMarkedVouchedFor(transaction, masterKeys)) {
      if (created !== undefined) await audit.appendIn(transaction, created);
      return;
    }
    if (await saysRowsAreVouchedFor(transaction)) {
      // A version that did not mark the head has vouched already.
      if (created !== undefined) await audit.appendIn(transaction, created);
    } else {
      await requireNoneVouchedFor(transaction);
      const counts = await vouchForAll(transaction, services);
      await noteVouched(transaction, audit, counts, created);
      const { vouched } = withSum(counts);
      if (vouched > 0) log.warn('rows of an earlier version are vouched for from now on', { count: vouched });
    }
    await markVouchedFor(transaction, masterKeys);
  });
}

async function noteVouched(
  transaction: Transaction<Schema>,
  audit: AuditLog,
  counts: Counts,
  created: AuditEvent | undefined,
): Promise<void> {
  const all = withSum(counts);
  const isEmpty = all.vouched === 0;
  if (created !== undefined)
    await audit.appendIn(transaction, isEmpty ? { ...created, counts: { vouched: 0 } } : created);
  if (isEmpty && created !== undefined) return;
  await audit.appendIn(transaction, {
    action: 'rows.vouch',
    outcome: 'success',
    who: SERVER_ITSELF,
    from: undefined,
    what: undefined,
    counts: isEmpty ? { vouched: 0 } : all,
  });
}

function withSum(counts: Counts): Counts & { readonly vouched: number } {
  return { vouched: Object.values(counts).reduce((sum, count) => sum + count, 0), ...counts };
}

async function requireNoneVouchedFor(transaction: Transaction<Schema>): Promise<void> {
  if (!(await isAnyVouchedFor(transaction))) return;
  throw new ConfigError(
    'the audit log does not say since when rows of the database are vouched for, and yet they are: entries were removed.',
    'Find out who can write to the database, and restore a backup with `auscult restore`.',
  );
}

/** Whether any row has a MAC, of whatever kind. */
export async function isAnyVouchedFor(transaction: Transaction<Schema>): Promise<boolean> {
  for (const table of VOUCHED_TABLES) {
    const row = await transaction
      .selectFrom(table)
      .select('mac_key_id')
      .where('mac', 'is not', null)
      .limit(1)
      .executeTakeFirst();
    if (row !== undefined) return true;
  }
  return false;
}

type Counts = Readonly<Record<'keys' | 'users' | 'logins' | 'sessions', number>>;

async function vouchForAll(transaction: Transaction<Schema>, services: VouchingServices): Promise<Counts> {
  return {
    keys: await vouchForKeys(transaction, services),
    users: await vouchForUsers(transaction, services),
    logins: await vouchForLogins(transaction, services),
    sessions: await vouchForSessions(transaction, services),
  };
}

async function vouchForKeys(
  transaction: Transaction<Schema>,
  { integrity: { macs, revisions } }: VouchingServices,
): Promise<number> {
  const rows = await transaction.selectFrom('api_keys').selectAll().execute();
  for (const row of rows) {
    const revision = revisions.next(0);
    const mac = macs.vouch('api_keys', coveredOfKey({ ...row, revision }));
    await transaction
      .updateTable('api_keys')
      .set({ revision, ...mac })
      .where('id', '=', row.id)
      .execute();
  }
  return rows.length;
}

async function vouchForUsers(
  transaction: Transaction<Schema>,
  { integrity: { macs, revisions } }: VouchingServices,
): Promise<number> {
  const rows = await transaction.selectFrom('users').selectAll().execute();
  for (const row of rows) {
    const codes = await transaction
      .selectFrom('recovery_codes')
      .select('digest')
      .where('user_id', '=', row.id)
      .execute();
    const change = {
      revision: revisions.next(0),
      recovery_digest: recoveryDigest(codes.map(({ digest }) => digest)),
    };
    const mac = macs.vouch('users', coveredOfUser({ ...row, ...change }));
    await transaction
      .updateTable('users')
      .set({ ...change, ...mac })
      .where('id', '=', row.id)
      .execute();
  }
  return rows.length;
}

async function vouchForLogins(
  transaction: Transaction<Schema>,
  { integrity: { macs } }: VouchingServices,
): Promise<number> {
  const rows = await transaction.selectFrom('logins').selectAll().execute();
  for (const row of rows)
    await transaction
      .updateTable('logins')
      .set(macs.vouch('logins', coveredOfLogin(row)))
      .where('digest', '=', row.digest)
      .execute();
  return rows.length;
}

async function vouchForSessions(
  transaction: Transaction<Schema>,
  { masterKeys, integrity: { macs } }: VouchingServices,
): Promise<number> {
  let count = 0;
  for (let after = ''; ;) {
    const rows = await transaction
      .selectFrom('sessions')
      .selectAll()
      .where('id', '>', after)
      .orderBy('id')
      .limit(PAGE)
      .execute();
    for (const row of rows) {
      const change = { head: await headOfStored(transaction, masterKeys, row.id), revision: 1 };
      const groups = await ownerGroups(transaction, row.id);
      const covered = coveredOfSession({ ...row, ...change }, groups);
      await transaction
        .updateTable('sessions')
        .set({ ...change, ...macs.vouch('sessions', covered) })
        .where('id', '=', row.id)
        .execute();
    }
    count += rows.length;
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return count;
    after = last.id;
  }
}
