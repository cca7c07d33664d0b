import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { sql, type RawBuilder, type Transaction } from 'kysely';
import { WRITE_PATIENCE } from '../db/commit-queue.js';
import type { DatabaseKind } from '../db/schema-change.js';
import type { Schema } from '../db/schema.js';
import { secondsNow } from '../db/seconds-now.js';
import type { ServerPresence } from '../journal/journal.js';
import type { Log } from '../telemetry/log.js';
import { forgetOldSpeakers, hasForgottenSpeakers } from './speaker-states.js';
import { endInterruptedSessions, type EndingServices } from './interrupted-sessions.js';

/** The services with which a server holds its sessions. */
export interface LeaseServices extends EndingServices {
  /** The name under which the server opens its sessions. */
  readonly serverId: string;
  /** Takes what servers that went down have left, before their sessions are ended. */
  readonly recovery?: { readonly claim: (servers: ServerPresence) => Promise<void> } | undefined;
}

/** The hold of a server on the sessions that it has opened. */
export interface SessionLease {
  /** Renews the hold, and ends sessions that no server holds any more. This also happens by itself every five seconds. */
  readonly renew: () => Promise<void>;
  /** Gives the hold up: sessions that are still open then belong to no server. */
  readonly release: () => Promise<void>;
}

const RENEW_MS = 5000;

/** How long a lease lasts unless it is renewed, seconds. */
const LEASE_SECONDS = 15;

/**
 * Tells the other servers on the database that this one lives, so that they do not take its open sessions for interrupted.
 * Ends the sessions of servers that went down: at once if they ran on this machine, else when their lease is over.
 * Rejects with `records_unavailable` if the database cannot be written.
 */
export async function leaseSessions(services: LeaseServices, log: Log): Promise<SessionLease> {
  const { database, queue, serverId } = services;

  const renew = async (): Promise<void> => {
    let lease: { readonly wasLost: boolean } | undefined;
    await queue.submit(async (transaction) => {
      lease = await renewLease(transaction, database.kind, serverId);
    }, WRITE_PATIENCE);
    if (lease?.wasLost === true) return;
    const ended = await endSessionsWithoutLease(services);
    if (ended > 0) log.warn('sessions of a server that went down are ended', { count: ended });
    if (await hasForgottenSpeakers(database))
      await queue.submit((transaction) => forgetOldSpeakers(transaction, database.kind), WRITE_PATIENCE);
  };

  await renew();
  const timer = setInterval(() => {
    // The queue reports that the database is away.
    renew().catch(() => undefined);
  }, RENEW_MS).unref();
  return {
    renew,
    release: async () => {
      clearInterval(timer);
      await queue.submit(async (transaction) => {
        await transaction.deleteFrom('servers').where('id', '=', serverId).execute();
      }, WRITE_PATIENCE);
    },
  };
}

/** Ends the open sessions of servers that went down. Resolves with the number of those sessions. */
export async function endSessionsWithoutLease(services: LeaseServices): Promise<number> {
  await forgetDeadServers(services);
  await services.recovery?.claim(await serverPresence(services));
  return endInterruptedSessions(services);
}

/** Whether the lease of a server lasts, as far as can be told: a process of this machine that is gone holds nothing. */
export async function isServerAlive(
  { database }: Pick<LeaseServices, 'database'>,
  id: string,
): Promise<boolean> {
  const rows = await leaseRows(database);
  return rows.some((row) => row.id === id && !isDead(row));
}

async function serverPresence({ database }: LeaseServices): Promise<ServerPresence> {
  const rows = await database.db.selectFrom('servers').select('id').execute();
  const alive = new Set(rows.map(({ id }) => id));
  return { isAlive: (id) => alive.has(id) };
}

async function forgetDeadServers({ database, queue, serverId }: LeaseServices): Promise<void> {
  const rows = await leaseRows(database);
  const dead = rows.filter((row) => row.id !== serverId && isDead(row)).map(({ id }) => id);
  if (dead.length === 0) return;
  await queue.submit(async (transaction) => {
    await transaction.deleteFrom('servers').where('id', 'in', dead).execute();
  }, WRITE_PATIENCE);
}

interface LeaseRow {
  readonly id: string;
  readonly place: string | null;
  readonly pid: number;
  readonly isOver: boolean | number;
}

function leaseRows({
  db,
  kind,
}: Pick<LeaseServices['database'], 'db' | 'kind'>): Promise<readonly LeaseRow[]> {
  return db
    .selectFrom('servers')
    .select(['id', 'place', 'pid', isOver(kind).as('isOver')])
    .execute();
}

function isDead({ place, pid, isOver }: LeaseRow): boolean {
  return Boolean(isOver) || (place !== null && place === placeOfProcesses() && !isRunning(pid));
}

/**
 * Renews the lease, and tells whether it was over. After an outage of the database the leases of all servers are over: the
 * first server that renews its own must give the others time to do the same before it takes them for dead.
 */
async function renewLease(
  transaction: Transaction<Schema>,
  kind: DatabaseKind,
  serverId: string,
): Promise<{ readonly wasLost: boolean }> {
  const own = await transaction
    .selectFrom('servers')
    .select(isOver(kind).as('isOver'))
    .where('id', '=', serverId)
    .executeTakeFirst();
  const seen_at = secondsNow(kind);
  await transaction
    .insertInto('servers')
    .values({ id: serverId, place: placeOfProcesses() ?? null, pid: process.pid, seen_at })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ seen_at }))
    .execute();
  return { wasLost: Boolean(own?.isOver) };
}

function isOver(kind: DatabaseKind): RawBuilder<boolean | number> {
  return sql`(seen_at < ${secondsNow(kind)} - ${sql.lit(LEASE_SECONDS)})`;
}

/** Identifies the machine, boot and namespace within which a process id is unique; undefined if the system does not tell. */
function placeOfProcesses(): string | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${hostname()} ${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return undefined;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}
