import type { JetStreamManager } from '@nats-io/jetstream';
import type { KV, KvEntry } from '@nats-io/kv';
import { z } from 'zod';
import type { ClusterConnection } from './connect-cluster.js';
import { ClusterError } from './cluster-error.js';
import { createReader } from './read-message.js';

/** What a server tells the others of itself. */
export interface ClusterMember {
  /** Its name, which no other live server of the cluster has. */
  readonly name: string;
  /** Random name of the process. */
  readonly instance: string;
  /** Version of the protocol between servers. */
  readonly protocol: number;
  /** Version of the program. */
  readonly version: string;
  /** The server's clock when it wrote this, milliseconds since 1970. */
  readonly clock: number;
}

/** A member, and where its entry stands in the bucket. */
export interface MemberEntry {
  readonly member: ClusterMember;
  readonly revision: number;
  /** When NATS took the entry, by its clock, milliseconds since 1970. */
  readonly storedAt: number;
}

/** The bucket of the members. */
export interface MemberBucket {
  readonly entries: KV;
  /** The keys under which there is an entry, or a note that one was deleted. */
  readonly keys: () => Promise<readonly string[]>;
}

const BUCKET = 'auscult-members';

/** How long an entry lasts that is not written again, milliseconds. */
export const MEMBER_LIFE_MS = 15_000;

const memberSchema = z.object({
  name: z.string().max(64),
  instance: z.string().max(64),
  protocol: z.int(),
  version: z.string().max(64),
  clock: z.number(),
});

/** Reads what a server tells of itself. */
export const readMember = createReader(memberSchema, 4096);

/**
 * Opens the buckets in JetStream that all servers share: who is there, and what never changes.
 * @throws {ClusterError} if NATS has no JetStream, or does not permit its use
 */
export async function openBuckets({
  nats,
}: Pick<ClusterConnection, 'nats'>): Promise<{ readonly members: MemberBucket; readonly constants: KV }> {
  const { Kvm } = await import('@nats-io/kv');
  const { jetstreamManager } = await import('@nats-io/jetstream');
  try {
    const manager = await jetstreamManager(nats, { checkAPI: true });
    const kvm = new Kvm(nats);
    const entries = await kvm.create(BUCKET, { ttl: MEMBER_LIFE_MS, history: 1 });
    return {
      members: { entries, keys: () => keysIn(manager) },
      constants: await kvm.create('auscult-constants', { history: 1 }),
    };
  } catch (error) {
    throw bucketFailure(error);
  }
}

/** The entry under a key; undefined if there is none, or it is no member's. */
export function memberEntry(entry: KvEntry | null): MemberEntry | undefined {
  if (entry === null || entry.operation !== 'PUT') return undefined;
  const read = readMember(entry.value);
  if (!read.ok) return undefined;
  return { member: read.message, revision: entry.revision, storedAt: entry.created.getTime() };
}

/** All members whose entries last. */
export async function readMembers({ entries, keys }: MemberBucket): Promise<readonly MemberEntry[]> {
  const found = await Promise.all((await keys()).map(async (key) => memberEntry(await entries.get(key))));
  return found.filter((entry) => entry !== undefined);
}

/** The bucket would list its keys by a consumer, each of which NATS keeps for minutes. */
async function keysIn(manager: JetStreamManager): Promise<readonly string[]> {
  const prefix = `$KV.${BUCKET}.`;
  const { state } = await manager.streams.info(`KV_${BUCKET}`, { subjects_filter: `${prefix}>` });
  return Object.keys(state.subjects ?? {}).map((subject) => subject.slice(prefix.length));
}

function bucketFailure(error: unknown): Error {
  const name = error instanceof Error ? error.name : '';
  const message = error instanceof Error ? error.message : '';
  if (/permission/i.test(message) || name === 'PermissionViolationError')
    return new ClusterError(
      'cluster_permission_missing',
      'NATS does not permit this account to use its buckets in JetStream.',
      'Permit the subjects that docs/clustering.md lists.',
    );
  if (/jetstream|no responders|503|timeout/i.test(`${name} ${message}`))
    return new ClusterError(
      'cluster_without_jetstream',
      'This NATS, or this account of it, has no JetStream.',
      'Start nats-server with -js and a folder (-sd), or enable JetStream for the account.',
    );
  return error instanceof Error ? error : new TypeError('a bucket cannot be opened');
}
