import { randomBytes, randomUUID } from 'node:crypto';
import { jetstreamManager } from '@nats-io/jetstream';
import { describe, expect, onTestFinished, test } from 'vitest';
import { connectCluster } from '../../src/cluster/connect-cluster.js';
import { createStreamJournal } from '../../src/journal/stream-journal.js';
import { createLog } from '../../src/telemetry/log.js';
import { createObjectAudio } from '../../src/transcriptions/durable/object-audio.js';
import { clusterSettings } from '../support/cluster-settings.js';
import { temporaryDirectory } from '../support/databases.js';
import { natsMissing, startNats } from '../support/nats.js';
import { until } from '../support/until.js';
import { numbered } from './journals.js';

if (natsMissing !== undefined) console.warn(natsMissing);

const SECOND = 16_000;

describe.skipIf(natsMissing !== undefined)('a JetStream that is full', () => {
  test('keeps no more audio, says so once, and goes on when there is room', async () => {
    const connection = await connectedToSmall(300_000);
    const failures: (string | undefined)[] = [];
    const told: (string | undefined)[] = [];
    const journal = await createStreamJournal({
      connection,
      serverId: randomUUID(),
      onTrouble: (failure) => failures.push(failure),
    });
    onTestFinished(() => journal.close());
    const session = journal.open({
      id: randomUUID(),
      key: randomBytes(32),
      onTrouble: (failure) => told.push(failure),
    });
    const other = journal.open({ id: randomUUID(), key: randomBytes(32) });
    let appended = 0;
    while (failures.length === 0) {
      session.append(0, numbered(appended, 5 * SECOND));
      appended += 5 * SECOND;
      await session.flushed();
    }
    expect(session.durableSamples(0)).toBeLessThan(appended);
    expect(failures).toEqual(['JETSTREAM_FULL']);
    expect(told).toEqual(failures);
    // What has its final is purged, so there is room again.
    session.settle(0, appended - SECOND);
    other.append(0, numbered(0, SECOND));
    await until(() => other.durableSamples(0) === SECOND && session.durableSamples(0) === appended);
    expect(failures).toEqual(['JETSTREAM_FULL', undefined]);
    expect(told).toEqual(failures);
  });

  test('counts nothing that was destroyed as kept', async () => {
    const connection = await connectedToSmall(2_000_000);
    const { nats } = connection;
    const audio = createObjectAudio(nats, temporaryDirectory());
    const key = randomBytes(32);
    const journal = await createStreamJournal({ connection, serverId: randomUUID() });
    onTestFinished(() => journal.close());
    const manager = await jetstreamManager(nats);
    // Twice as much as there is room for.
    for (let round = 0; round < 4; round++) {
      const name = randomUUID();
      const file = await audio.create(name, key);
      await file.append(randomBytes(500_000));
      await file.keep();
      await audio.remove(name);
      const session = journal.open({ id: randomUUID(), key });
      session.append(0, numbered(0, 15 * SECOND));
      await session.flushed();
      session.end();
    }
    await until(async () => (await manager.getAccountInfo()).storage < 200_000);
  });

  test('refuses a recording, and keeps nothing of it', async () => {
    const { nats } = await connectedToSmall(300_000);
    const audio = createObjectAudio(nats, temporaryDirectory());
    const [name, key] = [randomUUID(), randomBytes(32)];
    const file = await audio.create(name, key);
    await file.append(randomBytes(1_000_000));
    await expect(file.keep()).rejects.toMatchObject({ code: 'JETSTREAM_FULL' });
    await file.remove();
    await expect(audio.open(name, key, 1_000_000)).rejects.toThrow();
  });
});

async function connectedToSmall(storeBytes: number) {
  const nats = await startNats({ storeBytes });
  onTestFinished(nats.stop);
  const log = createLog({ logLevel: 'silent', logFormat: 'json' });
  const connection = await connectCluster(clusterSettings(nats.url), 'test', log);
  onTestFinished(connection.close);
  return connection;
}
