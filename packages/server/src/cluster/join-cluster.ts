import { createHmac, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KV } from '@nats-io/kv';
import { errorCode } from '../error-code.js';
import type { MasterKeys } from '../records/master-keys.js';
import type { Log } from '../telemetry/log.js';
import { serverVersion } from '../version.js';
import { ClusterError } from './cluster-error.js';
import { CLUSTER_PROTOCOL } from './cluster-protocol.js';
import type { ClusterConnection } from './connect-cluster.js';
import {
  MEMBER_LIFE_MS,
  memberEntry,
  openBuckets,
  readMembers,
  type ClusterMember,
  type MemberEntry,
} from './member-bucket.js';

/** A place in the cluster, held until it is left. */
export interface ClusterMembership {
  /** The name of this server in the cluster. */
  readonly name: string;
  /** Random name of this process. */
  readonly instance: string;
  /** The servers that are there, with this one. */
  readonly members: () => Promise<readonly ClusterMember[]>;
  /** Whether the clocks of two machines were found to be far apart. */
  readonly areClocksApart: () => boolean;
  /** Gives the place up. */
  readonly leave: () => Promise<void>;
}

/**
 * Takes a place among the servers of the cluster.
 * @throws {ClusterError} if another live server has the name, speaks another version of the protocol, or has other master
 * keys; or without JetStream
 */
export async function joinCluster(
  connection: ClusterConnection,
  serverName: string | undefined,
  masterKeys: Pick<MasterKeys, 'current' | 'all'>,
  log: Log,
): Promise<ClusterMembership> {
  const { members, constants } = await openBuckets(connection);
  const bucket = members.entries;
  const instance = randomUUID();
  const name = serverName ?? instance.slice(0, 8);
  const self = (): ClusterMember => ({
    name,
    instance,
    protocol: CLUSTER_PROTOCOL,
    version: serverVersion(),
    clock: Date.now(),
  });
  requireSameProtocol(await readMembers(members), name);
  await requireSameMasterKeys(constants, masterKeys);
  let revision = await takeName(bucket, self);
  let areClocksApart = false;

  const beat = async (): Promise<void> => {
    if (!connection.isConnected()) return;
    revision = await writeAgain(bucket, self(), revision, log);
    const apart = areApart(await readMembers(members), name);
    if (apart && !areClocksApart) log.warn(CLOCKS_APART);
    areClocksApart = apart;
  };
  const attempt = (): void => {
    beat().catch((error: unknown) => {
      log.warn('the place in the cluster could not be renewed', { code: errorCode(error) });
    });
  };
  attempt();
  const timer = setInterval(attempt, BEAT_MS).unref();
  log.info('joined the cluster', { server: name });

  return {
    name,
    instance,
    members: async () => (await readMembers(members)).map(({ member }) => member),
    areClocksApart: () => areClocksApart,
    leave: async () => {
      clearInterval(timer);
      if (connection.isConnected()) await bucket.delete(name).catch(() => undefined);
    },
  };
}

/** How often a server writes its entry again, milliseconds. */
const BEAT_MS = 3_000;

/** Time in which a live server has surely written its entry again, milliseconds. */
const SURELY_WRITTEN_MS = 2.5 * BEAT_MS;

/** Clocks that are further apart are reported, milliseconds. */
const CLOCK_TOLERANCE_MS = 5 * 60_000;

const CLOCKS_APART =
  'THE CLOCKS OF MACHINES OF THE CLUSTER ARE MORE THAN 5 MINUTES APART: times in records and in the audit log are wrong; set them by NTP';

/**
 * Takes the name, if no live server has it. An entry that is not written again was left by a server that was killed: whoever
 * starts in its place takes it over.
 */
async function takeName(bucket: KV, self: () => ClusterMember): Promise<number> {
  const { name } = self();
  const earlier = memberEntry(await bucket.get(name));
  if (earlier) await requireUnrenewed(bucket, name, earlier);
  try {
    const member = JSON.stringify(self());
    // It may be one that nobody can read, too.
    const current = await bucket.get(name);
    return await (current?.operation === 'PUT'
      ? bucket.update(name, member, current.revision)
      : bucket.create(name, member));
  } catch {
    // Somebody else took it at the same moment.
    throw nameTaken(name);
  }
}

async function requireUnrenewed(bucket: KV, name: string, earlier: MemberEntry): Promise<void> {
  const waitUntil = performance.now() + SURELY_WRITTEN_MS;
  while (performance.now() < waitUntil) {
    await sleep(250);
    const entry = memberEntry(await bucket.get(name));
    if (entry === undefined) return;
    if (entry.revision !== earlier.revision) throw nameTaken(name);
  }
}

function nameTaken(name: string): ClusterError {
  return new ClusterError(
    'cluster_name_taken',
    `Another server of the cluster is running under the name '${name}'.`,
    'Give each server a serverName of its own, or leave it out.',
  );
}

/** Writes the entry of a server again, and returns its revision. */
async function writeAgain(bucket: KV, self: ClusterMember, revision: number, log: Log): Promise<number> {
  try {
    return await bucket.update(self.name, JSON.stringify(self), revision);
  } catch {
    const current = memberEntry(await bucket.get(self.name));
    if (current !== undefined && current.member.instance !== self.instance) {
      log.error(
        'ANOTHER SERVER OF THE CLUSTER HAS TAKEN THE NAME OF THIS ONE: give each a serverName of its own',
        { server: self.name },
      );
      return revision;
    }
    // It lapsed while NATS or this process stood still.
    return await (current
      ? bucket.update(self.name, JSON.stringify(self), current.revision)
      : bucket.create(self.name, JSON.stringify(self)));
  }
}

function requireSameProtocol(members: readonly MemberEntry[], name: string): void {
  const other = members.find(({ member }) => member.name !== name && member.protocol !== CLUSTER_PROTOCOL);
  if (!other) return;
  const { member } = other;
  throw new ClusterError(
    'cluster_protocol_differs',
    `The server '${member.name}' (auscult ${member.version}) speaks version ${member.protocol} of the protocol between servers, and this one version ${CLUSTER_PROTOCOL}.`,
    `Run the same version of auscult on all servers of a cluster: stop the others for ${MEMBER_LIFE_MS / 1000} s, or give this one a NATS account of its own.`,
  );
}

const MASTER_KEY = 'master-key';

/**
 * Compares the master keys with those of the servers that were here before, by a fingerprint that tells nothing of a key. A
 * server whose older keys include the known one brings a newer key, which becomes the known one.
 */
async function requireSameMasterKeys(
  constants: KV,
  masterKeys: Pick<MasterKeys, 'current' | 'all'>,
): Promise<void> {
  const current = fingerprintOf(masterKeys.current().bytes);
  const known = await constants.get(MASTER_KEY);
  if (known === null || known.operation !== 'PUT') {
    const isFirst = await constants.create(MASTER_KEY, current).then(
      () => true,
      () => false,
    );
    if (!isFirst) await requireSameMasterKeys(constants, masterKeys);
    return;
  }
  if (known.string() === current) return;
  if (!masterKeys.all().some(({ bytes }) => fingerprintOf(bytes) === known.string()))
    throw new ClusterError(
      'cluster_master_key_differs',
      'This server has another master key than the other servers of the cluster, so none could read what the other has sealed.',
      'Give all servers the same keys, by masterKeyFile, masterKeyCommand or AUSCULT_MASTER_KEY.',
    );
  await constants.put(MASTER_KEY, current);
}

function fingerprintOf(key: Uint8Array): string {
  return createHmac('sha256', key).update('auscult cluster').digest('base64url');
}

/** Whether the clock of some machine is far from that of this one. Each is compared with the clock of NATS. */
function areApart(entries: readonly MemberEntry[], name: string): boolean {
  const ahead = ({ member, storedAt }: MemberEntry) => member.clock - storedAt;
  const own = entries.find(({ member }) => member.name === name);
  if (!own) return false;
  return entries.some((entry) => Math.abs(ahead(entry) - ahead(own)) > CLOCK_TOLERANCE_MS);
}
