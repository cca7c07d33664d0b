import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstream } from '@nats-io/jetstream';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createFailureLimit } from '../../src/access/failure-limit.js';
import { connectCluster, type ClusterConnection } from '../../src/cluster/connect-cluster.js';
import { createHandOvers } from '../../src/cluster/hand-over.js';
import { createClusterPool } from '../../src/cluster/inference/cluster-pool.js';
import { startInferenceMachine } from '../../src/cluster/inference/inference-machine.js';
import { vocabularyOf } from '../../src/cluster/inference/subjects.js';
import { joinCluster } from '../../src/cluster/join-cluster.js';
import { createSharedFailures } from '../../src/cluster/shared-failures.js';
import { createStreamJournal } from '../../src/journal/stream-journal.js';
import { masterKeyId } from '../../src/records/master-keys.js';
import { createLog } from '../../src/telemetry/log.js';
import { createObjectAudio } from '../../src/transcriptions/durable/object-audio.js';
import { createServerPair } from '../support/certificates.js';
import { clusterSettings } from '../support/cluster-settings.js';
import { temporaryDirectory } from '../support/databases.js';
import { createNatsAccounts, type NatsAccounts, type NatsPermissions } from '../support/nats-accounts.js';
import { natsMissing, startNats, type NatsServer } from '../support/nats.js';
import { createScriptedMachine } from '../support/scripted-machine.js';
import { until } from '../support/until.js';

if (natsMissing !== undefined) console.warn(natsMissing);

describe.skipIf(natsMissing !== undefined)('with TLS and just the permissions of the documentation', () => {
  const accounts = createNatsAccounts();
  const key = randomBytes(32);
  let folder: string;
  let nats: NatsServer;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'auscult-permissions-'));
    const { cert, key: privateKey } = await createServerPair();
    writeFileSync(join(folder, 'cert.pem'), cert);
    writeFileSync(join(folder, 'key.pem'), privateKey);
    const tls = `tls { cert_file: "${folder}/cert.pem", key_file: "${folder}/key.pem" }`;
    nats = await startNats({ configuration: `${tls}\n${accounts.configuration}` });
  });
  afterAll(async () => {
    await nats.stop();
    rmSync(folder, { recursive: true });
  });

  test('servers do all that they do, and an inference machine infers for them', async () => {
    const [a, b, ears] = [
      await connected(nats, folder, accounts, 'server NAME', 'a'),
      await connected(nats, folder, accounts, 'server NAME', 'b'),
      await connected(nats, folder, accounts, 'inference machine', 'ears'),
    ];
    const members = [await joined(a, 'a', key), await joined(b, 'b', key)];
    expect((await members[1]?.members())?.map(({ name }) => name).sort()).toEqual(['a', 'b']);

    const { hosted } = createScriptedMachine();
    const machine = await startInferenceMachine({
      connection: ears.connection,
      hosted,
      lexicon: 'none',
      name: 'ears',
      log: ears.log,
    });
    onTestFinished(() => machine.stop(0));
    const pool = createClusterPool({
      connection: a.connection,
      serverName: 'a',
      unfitness: () => undefined,
      workerTimeoutSeconds: 20,
      onEvent: () => undefined,
      log: a.log,
    });
    onTestFinished(() => pool.close());
    const found = await pool.firstMachine;
    await until(() => pool.status().capacity > 0);
    expect((await a.connection.nats.request(vocabularyOf(found))).data.length).toBeGreaterThan(0);

    const asked = randomUUID();
    createHandOvers(b.connection.nats, b.log).answer('b', () => Promise.resolve(true));
    const wanted = { sessionId: asked, tokenDigest: 'a'.repeat(64), tenant: 't', subject: 's' };
    const handOvers = createHandOvers(a.connection.nats, a.log);
    await until(async () => (await handOvers.ask('b', wanted)) === 'handed-over');

    const limit = () => createFailureLimit({ most: 1, firstWaitSeconds: 60, longestWaitSeconds: 60 });
    const [here, there] = [a, b].map(({ connection }, index) =>
      createSharedFailures(connection.nats, String(index)).share('name', limit()),
    );
    await until(() => {
      here?.fail('somebody');
      return there?.waitSeconds('somebody') !== undefined;
    });

    const journals = await Promise.all(
      [a, b].map(({ connection }) => createStreamJournal({ connection, serverId: randomUUID() })),
    );
    onTestFinished(async () => {
      await Promise.all(journals.map((journal) => journal.close()));
    });
    const sessionKey = randomBytes(32);
    const session = journals[0]?.open({ id: asked, key: sessionKey });
    session?.append(0, new Float32Array(16_000));
    await session?.flushed();
    expect(session?.durableSamples(0)).toBe(16_000);
    const left = await journals[1]?.leftOf?.(asked);
    expect((await left?.read(sessionKey))?.channels).toHaveLength(1);
    await left?.discard();

    const [writer, reader] = [a, b].map(({ connection }) =>
      createObjectAudio(connection.nats, temporaryDirectory()),
    );
    const file = await writer?.create('job.0', key);
    await file?.append(randomBytes(100));
    await file?.keep();
    await (await reader?.open('job.0', key, 100))?.close();
    await reader?.remove('job.0');

    for (const { lines } of [a, b, ears]) expect(lines().join()).not.toContain('does not permit');
  });

  test('nobody speaks or listens for others', async () => {
    const [a, ears] = [
      await connected(nats, folder, accounts, 'server NAME', 'a'),
      await connected(nats, folder, accounts, 'inference machine', 'ears'),
    ];
    await expect(joined(ears, 'ears', key)).rejects.toMatchObject({
      code: 'cluster_permission_missing',
    });
    const refused = ({ lines }: Connected, subject: string) =>
      until(() => lines().some((line) => line.includes('does not permit') && line.includes(subject)));
    a.connection.nats.publish('auscult.v1.hear.ears.x.b.y', '');
    await refused(a, 'auscult.v1.hear.ears.x.b.y');
    a.connection.nats.publish('auscult.v1.heard.b.x.ears.y', '');
    await refused(a, 'auscult.v1.heard.b.x.ears.y');
    a.connection.nats.subscribe('auscult.v1.heard.b.>', { callback: () => undefined });
    await refused(a, 'auscult.v1.heard.b.>');
    ears.connection.nats.subscribe('auscult.v1.hear.others.>', { callback: () => undefined });
    await refused(ears, 'auscult.v1.hear.others.>');
    await expect(jetstream(ears.connection.nats).publish('auscult.v1.journal.x', '')).rejects.toThrow();
  });

  test('a damaged file of credentials is named', async () => {
    const file = join(folder, 'damaged.creds');
    const whole = accounts.credentialsOf('x', { publish: ['>'], subscribe: ['>'] });
    writeFileSync(file, whole.replace(/\nSU/, '\nXX'), { mode: 0o600 });
    const settings = { ...clusterSettings(nats.url), clusterCredentials: file };
    const error = await connectCluster(settings, 'test', logged().log).catch((failure: unknown) => failure);
    expect(String(error)).toContain('damaged.creds, is damaged');
    expect(JSON.stringify(error)).not.toContain('eyJ');
  });

  test('nobody is let in without trusting the certificate, or without a credential', async () => {
    const settings = { ...clusterSettings(nats.url.replace('nats://', 'tls://')) };
    const { log } = logged();
    await expect(connectCluster(settings, 'test', log)).rejects.toMatchObject({ code: 'cluster_tls_failed' });
    const trusting = { ...settings, clusterTlsCa: join(folder, 'cert.pem') };
    await expect(connectCluster(trusting, 'test', log)).rejects.toMatchObject({
      code: 'cluster_credential_refused',
    });
  });
});

interface Connected {
  readonly connection: ClusterConnection;
  readonly log: ReturnType<typeof createLog>;
  readonly lines: () => readonly string[];
}

/** Connects over TLS with a `.creds` file that permits what a row of the documentation lists. */
async function connected(
  nats: NatsServer,
  folder: string,
  accounts: NatsAccounts,
  row: string,
  name: string,
): Promise<Connected> {
  const { log, lines } = logged();
  const file = join(folder, `${name}.creds`);
  writeFileSync(file, accounts.credentialsOf(name, documented(row, name)), { mode: 0o600 });
  const settings = {
    ...clusterSettings(nats.url.replace('nats://', 'tls://')),
    clusterCredentials: file,
    clusterTlsCa: join(folder, 'cert.pem'),
    clusterPatienceSeconds: 10,
  };
  const connection = await connectCluster(settings, name, log);
  onTestFinished(connection.close);
  return { connection, log, lines };
}

const DOCUMENTATION = new URL('../../../../docs/clustering.md', import.meta.url);

/** What the table of permissions lists for an account. */
function documented(row: string, name: string): NatsPermissions {
  const line = readFileSync(DOCUMENTATION, 'utf8')
    .split('\n')
    .find((each) => each.startsWith(`| ${row} `));
  const [, , publish = '', subscribe = ''] = (line ?? '').split('|');
  const subjectsIn = (cell: string) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, subject = '']) => subject.replace('NAME', name));
  return { publish: subjectsIn(publish), subscribe: subjectsIn(subscribe) };
}

async function joined({ connection, log }: Connected, name: string, bytes: Buffer) {
  const current = { id: masterKeyId(bytes), bytes };
  const keys = { current: () => current, all: () => [current] };
  const membership = await joinCluster(connection, name, keys, log);
  onTestFinished(membership.leave);
  return membership;
}

function logged() {
  const lines: string[] = [];
  const write = (line: string) => {
    lines.push(line);
  };
  return { lines: () => lines, log: createLog({ logLevel: 'debug', logFormat: 'json' }, { write }) };
}
