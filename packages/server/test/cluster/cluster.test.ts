import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import {
  connectCluster,
  type ClusterConnection,
  type ClusterSettings,
} from '../../src/cluster/connect-cluster.js';
import { joinCluster, type ClusterMembership } from '../../src/cluster/join-cluster.js';
import { masterKeyId } from '../../src/records/master-keys.js';
import { createLog, type Log } from '../../src/telemetry/log.js';
import { natsMissing, startNats, type NatsOptions, type NatsServer } from '../support/nats.js';
import { clusterSettings } from '../support/cluster-settings.js';
import { freePort } from '../support/free-port.js';
import { until } from '../support/until.js';

if (natsMissing !== undefined) console.warn(natsMissing);

const silent = createLog({ logLevel: 'silent', logFormat: 'json' });
const keys = masterKeys(randomBytes(32));

describe.skipIf(natsMissing !== undefined)('a cluster', () => {
  let nats: NatsServer;

  beforeAll(async () => {
    nats = await startNats();
  });

  afterAll(async () => {
    await nats.stop();
  });

  test('is joined by servers that see each other', async () => {
    const one = await entered(nats, 'one');
    const two = await entered(nats, 'two');
    const names = (await two.members()).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['one', 'two']));
    // Each would stay for minutes.
    const { streams } = await jetstreamManager((await connected(nats)).nats);
    expect((await streams.info('KV_auscult-members')).state.consumer_count).toBe(0);
    await one.leave();
    expect((await two.members()).map(({ name }) => name)).not.toContain('one');
  });

  test('refuses a second server of a name, and takes it once the first has left', async () => {
    const first = await entered(nats, 'twin');
    const refusal = entered(nats, 'twin');
    await expect(refusal).rejects.toMatchObject({ code: 'cluster_name_taken', exitStatus: 78 });
    await first.leave();
    await entered(nats, 'twin');
  });

  test('refuses a server with another master key, and takes one that also has the known key', async () => {
    const own = await startNats();
    onTestFinished(own.stop);
    const [older, newer] = [randomBytes(32), randomBytes(32)];
    await entered(own, 'a', masterKeys(older));
    await expect(entered(own, 'b', masterKeys(newer))).rejects.toMatchObject({
      code: 'cluster_master_key_differs',
    });
    await entered(own, 'c', masterKeys(newer, older));
    await expect(entered(own, 'd', masterKeys(older))).rejects.toMatchObject({
      code: 'cluster_master_key_differs',
    });
  });

  test('refuses a server beside one of another protocol', async () => {
    const own = await startNats();
    onTestFinished(own.stop);
    await writeMember(own, 'elder', { protocol: 999 });
    await expect(entered(own, 'younger')).rejects.toMatchObject({ code: 'cluster_protocol_differs' });
  });

  test('warns of clocks that are far apart', async () => {
    const own = await startNats();
    onTestFinished(own.stop);
    await writeMember(own, 'late', { clock: Date.now() - 400_000 });
    const membership = await entered(own, 'right');
    await until(() => membership.areClocksApart());
  });

  test('is entered again after NATS was restarted', async () => {
    const own = await startNats();
    onTestFinished(own.stop);
    const connection = await connected(own);
    const membership = await joinCluster(connection, 'patient', keys, silent);
    onTestFinished(membership.leave);
    await own.kill();
    await until(() => !connection.isConnected());
    await own.start();
    await until(() => connection.isConnected());
    await until(async () => (await membership.members()).some(({ name }) => name === 'patient'));
    expect(connection.reconnects()).toBe(1);
  });
});

describe.skipIf(natsMissing !== undefined)('a start', () => {
  test('fails without NATS, once patience is over, and tells no password', async () => {
    const url = `nats://ann:secret@127.0.0.1:${await freePort()}`;
    const { lines, log } = logged();
    const error: unknown = await connectCluster(clusterSettings(url), 'test', log).catch(
      (failure: unknown) => failure,
    );
    expect(error).toMatchObject({ code: 'cluster_unreachable', exitStatus: 69 });
    expect(JSON.stringify(error) + String(error) + lines().join()).not.toContain('secret');
  });

  test.each<[string, NatsOptions, string, string]>([
    ['a wrong password', { configuration: USERS }, 'ann:wrong@', 'cluster_credential_refused'],
    ['no credential', { configuration: USERS }, '', 'cluster_credential_refused'],
    ['a NATS without JetStream', { jetStream: false }, '', 'cluster_without_jetstream'],
    ['an account without JetStream', { configuration: ACCOUNTS }, 'ann:right@', 'cluster_without_jetstream'],
  ])('fails with %s', async (_name, options, user, code) => {
    const nats = await startNats(options);
    onTestFinished(nats.stop);
    const url = nats.url.replace('//', `//${user}`);
    await expect(joined(url)).rejects.toMatchObject({ code });
  });

  test('fails where TLS is asked for and there is none', async () => {
    const nats = await startNats();
    onTestFinished(nats.stop);
    const encrypted = nats.url.replace('nats://', 'tls://');
    await expect(joined(encrypted)).rejects.toMatchObject({ code: 'cluster_tls_failed' });
  });

  test.each<[string, string]>([['a token', 'a-token-of-nats']])(
    'takes %s from the file of credentials',
    async (_name, content) => {
      const nats = await startNats({ configuration: 'authorization { token: "a-token-of-nats" }' });
      onTestFinished(nats.stop);
      const folder = mkdtempSync(join(tmpdir(), 'auscult-credentials-'));
      onTestFinished(() => {
        rmSync(folder, { recursive: true });
      });
      const file = join(folder, 'nats.creds');
      writeFileSync(file, `${content}\n`);
      chmodSync(file, 0o600);
      await joined(nats.url, { clusterCredentials: file });
    },
  );
});

const USERS = 'authorization { users: [ { user: ann, password: right } ] }';
const ACCOUNTS = 'accounts { A { users: [ { user: ann, password: right } ] } }';

async function entered(nats: NatsServer, name: string, masterKeysOf = keys): Promise<ClusterMembership> {
  const membership = await joinCluster(await connected(nats), name, masterKeysOf, silent);
  onTestFinished(membership.leave);
  return membership;
}

async function joined(url: string, more: Partial<ClusterSettings> = {}): Promise<void> {
  const connection = await connectCluster({ ...clusterSettings(url), ...more }, 'test', silent);
  onTestFinished(connection.close);
  const membership = await joinCluster(connection, undefined, keys, silent);
  await membership.leave();
}

async function connected(nats: NatsServer): Promise<ClusterConnection> {
  const connection = await connectCluster(clusterSettings(nats.url), 'test', silent);
  onTestFinished(connection.close);
  return connection;
}

async function writeMember(
  nats: NatsServer,
  name: string,
  changed: { readonly protocol?: number; readonly clock?: number },
): Promise<void> {
  const { Kvm } = await import('@nats-io/kv');
  const connection = await connected(nats);
  const bucket = await new Kvm(connection.nats).create('auscult-members', { ttl: 15_000, history: 1 });
  const member = { name, instance: 'x', protocol: 1, version: '0', clock: Date.now(), ...changed };
  await bucket.put(name, JSON.stringify(member));
}

function masterKeys(...bytes: readonly [Buffer, ...Buffer[]]) {
  const [current, ...older] = bytes.map((key) => ({ id: masterKeyId(key), bytes: key }));
  if (!current) throw new TypeError('no key');
  return { current: () => current, all: () => [current, ...older] };
}

function logged(): { readonly lines: () => readonly string[]; readonly log: Log } {
  const lines: string[] = [];
  const log = createLog(
    { logLevel: 'debug', logFormat: 'json' },
    {
      write: (line: string) => {
        lines.push(line);
      },
    },
  );
  return { lines: () => lines, log };
}
