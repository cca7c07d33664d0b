import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { sql, type RawBuilder, type Transaction } from 'kysely';
import type { DatabaseKind } from '../db/schema-change.js';
import type { Schema } from '../db/schema.js';
import { secondsNow } from '../db/seconds-now.js';
import type { Log } from '../telemetry/log.js';
import { endInterruptedSessions, type EndingServices } from './interrupted-sessions.js';

/** What a server leases its sessions with. */
export interface LeaseServices extends EndingServices {
  /** The name that its sessions are opened under. */
  readonly serverId: string;
}

/** The lease of a server on the sessions that it has opened. */
export interface SessionLease {
  /** Renews the lease, and ends sessions that no server has a lease on any more. Done every five seconds by itself. */
  readonly renew: () => Promise<void>;
  /** Gives the lease up: sessions that are still open belong to no server then. */
  readonly release: () => Promise<void>;
}

const RENEW_MS = 5000;

/** A server that has not renewed its lease for so long has lost it, seconds. */
const LEASE_SECONDS = 15;

/** How long an attempt to write may take, milliseconds; there will be another. */
const PATIENCE = { milliseconds: 5000 } as const;

/**
 * Tells the other servers on the database that this one lives, so that nobody takes its open sessions for interrupted,
 * and ends those of servers that went down: at once where they ran on this machine, else when their lease is over.
 * Rejects with `records_unavailable` where the database cannot be written.
 */
export async function leaseSessions(services: LeaseServices, log: Log): Promise<SessionLease> {
  const { database, queue, serverId } = services;

  const renew = async (): Promise<void> => {
    let lease: { readonly wasLost: boolean } | undefined;
    await queue.submit(async (transaction) => {
      lease = await renewLease(transaction, database.kind, serverId);
    }, PATIENCE);
    if (lease?.wasLost === true) return;
    const ended = await endSessionsWithoutLease(services);
    if (ended > 0) log.warn('sessions of a server that went down are ended', { count: ended });
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
      }, PATIENCE);
    },
  };
}

/** Ends the open sessions of servers that went down. Resolves with how many there were. */
export async function endSessionsWithoutLease(services: LeaseServices): Promise<number> {
  await forgetDeadServers(services);
  return endInterruptedSessions(services);
}

async function forgetDeadServers({ database, queue, serverId }: LeaseServices): Promise<void> {
  const rows = await database.db
    .selectFrom('servers')
    .select(['id', 'place', 'pid', isOver(database.kind).as('isOver')])
    .execute();
  const here = placeOfProcesses();
  const dead = rows
    .filter(({ id }) => id !== serverId)
    .filter(({ place, pid, isOver }) => Boolean(isOver) || (place === here && !isRunning(pid)))
    .map(({ id }) => id);
  if (dead.length === 0) return;
  await queue.submit(async (transaction) => {
    await transaction.deleteFrom('servers').where('id', 'in', dead).execute();
  }, PATIENCE);
}

/**
 * Tells whether the lease was over when it was renewed. After an outage of the database every server finds its own lease over, and so those of the others: who renews first
 * must give them time to do the same.
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

/** Where the number of a process means the same process; undefined where the system does not tell. */
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
