import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { connectCluster } from '../../src/cluster/connect-cluster.js';
import { loadConfig } from '../../src/config/load-config.js';
import type { AudioJournal, LeftSession } from '../../src/journal/journal.js';
import { createStreamJournal } from '../../src/journal/stream-journal.js';
import { createRecovery } from '../../src/recovery/recovery.js';
import { createTextReader } from '../../src/reading/text-reader.js';
import type { SessionSnapshot } from '../../src/live/session-snapshot.js';
import { createLog } from '../../src/telemetry/log.js';
import { numbered, snapshotOf } from '../journal/journals.js';
import { clusterSettings } from '../support/cluster-settings.js';
import { temporaryDirectory } from '../support/databases.js';
import { natsMissing, startNats, type NatsServer } from '../support/nats.js';
import { createScriptedRecognizer } from '../support/scripted-recognizer.js';
import { begin, openTestStorage } from '../support/storage.js';
import { until } from '../support/until.js';

const SECOND = 16_000;
const NO_TERMS = { name: '', count: 0, json: '[]' };
const silent = createLog({ logLevel: 'silent', logFormat: 'json' });

describe.skipIf(natsMissing !== undefined)('a server that is taken for gone, but goes on', () => {
  test('loses nothing of what it takes before its client comes to another', async () => {
    const nats = await startNats();
    onTestFinished(nats.stop);
    const { holder, recovery, storage, id, key } = await leftOpen(nats);
    const session = holder.open({ id, key });
    session.describe(resumable(id));
    session.append(0, numbered(0, SECOND));
    await session.flushed();
    expect(await recovery.claimSession(id, () => true)).toBe('claimed');
    session.append(0, numbered(SECOND, SECOND));
    await session.flushed();
    const taken = await recovery.take(id, () => true);
    if (taken === undefined || taken === 'again') throw new Error('it was not taken');
    expect(taken.content.channels.map(({ pieces }) => pieces.map(({ samples }) => samples.length))).toEqual([
      [SECOND, SECOND],
    ]);
    await taken.writer.close('1000');
    await storage.close();
  });

  test('is not asked for again by a client who comes while its session is being taken', async () => {
    const nats = await startNats();
    onTestFinished(nats.stop);
    const { holder, recovery, id, key, reading } = await leftOpen(nats);
    const session = holder.open({ id, key });
    session.describe(resumable(id));
    session.append(0, numbered(0, SECOND));
    await session.flushed();
    const gate = reading.stop();
    const claim = recovery.claimSession(id, () => true);
    await gate.reached;
    let isDecided = false;
    const decided = recovery.decided(id).then(() => (isDecided = true));
    await nextTurn();
    expect(isDecided).toBe(false);
    gate.open();
    await decided;
    const taken = await recovery.take(id, () => true);
    if (taken === undefined || taken === 'again') throw new Error('it was not taken');
    await claim;
    await taken.writer.close('1000');
  });

  test('leaves nothing in the journal that stays when it ends after the record was completed', async () => {
    const nats = await startNats();
    onTestFinished(nats.stop);
    const { holder, recovery, storage, id, key, left, says } = await leftOpen(nats);
    const session = holder.open({ id, key });
    session.append(0, numbered(0, SECOND));
    await session.flushed();
    says('first');
    await recovery.claimSession(id, () => true);
    await until(async () => (await storage.records.summary(id))?.endedAt !== undefined);
    await until(async () => (await left()) === undefined);
    // It notices nothing yet.
    session.append(0, numbered(SECOND, SECOND));
    await session.flushed();
    expect(await left()).toBeDefined();
    says('second');
    await recovery.claim({ isAlive: (server) => server === storage.serverId });
    await until(async () => (await left()) === undefined);
    await until(async () => (await storage.records.summary(id))?.finals === 2);
  });
});

test.skipIf(natsMissing !== undefined)(
  'a journal is read as a whole from a slow NATS, or not at all',
  async () => {
    const nats = await startNats();
    onTestFinished(nats.stop);
    const { holder, left, id, key } = await leftOpen(nats);
    const session = holder.open({ id, key });
    // More messages than are fetched at a time.
    for (let second = 0; second < 12; second++)
      for (let channel = 0; channel < 20; channel++) {
        session.append(channel, numbered(second * 100, 100));
        if (channel === 19) await session.flushed();
      }
    const found = await left();
    const read = found?.read(key);
    nats.signal('SIGSTOP');
    setTimeout(() => {
      nats.signal('SIGCONT');
    }, 3000);
    const content = await read?.catch(() => undefined);
    const whole = content ?? (await (await left())?.read(key));
    expect(whole?.channels.map(({ pieces }) => pieces.length)).toEqual(Array.from({ length: 20 }, () => 12));
  },
);

/** Has the journal read no further until it is let. */
function createGate() {
  let [open, reach] = [(): void => undefined, (): void => undefined];
  const opened = new Promise<void>((resolve) => (open = resolve));
  const reached = new Promise<void>((resolve) => (reach = resolve));
  return { open, reached, pass: () => (reach(), opened) };
}

/** A session that a server holds, and another server that may complete it. */
async function leftOpen(nats: NatsServer) {
  const connection = await connectCluster(clusterSettings(nats.url), 'test', silent);
  onTestFinished(connection.close);
  const storage = await openTestStorage({ dataDirectory: temporaryDirectory(), database: undefined });
  const id = randomUUID();
  const writer = await begin(storage, id);
  const key = writer.journalKey();
  if (key === undefined) throw new Error('its audio is not journalled');
  const journalOf = async (serverId: string): Promise<AudioJournal> => {
    const journal = await createStreamJournal({ connection, serverId });
    onTestFinished(() => journal.close());
    return journal;
  };
  const reader = createTextReader();
  onTestFinished(() => {
    reader.close();
  });
  const [holder, own] = [await journalOf(randomUUID()), await journalOf(storage.serverId)];
  const recognizer = createScriptedRecognizer();
  let gate: ReturnType<typeof createGate> | undefined;
  const leftOf = async (sessionId: string): Promise<LeftSession | undefined> => {
    const found = await own.leftOf?.(sessionId);
    return (
      found && {
        ...found,
        read: async (sessionKey) => {
          await gate?.pass();
          return found.read(sessionKey);
        },
      }
    );
  };
  const recovery = createRecovery({
    config: loadConfig({ flags: {}, environment: {} }),
    log: silent,
    onRecovered: () => undefined,
    keyTerms: { of: () => NO_TERMS },
    reader,
    journal: { ...own, leftOf },
    records: storage.records,
    serverId: storage.serverId,
    recognizer: () => Promise.resolve(recognizer),
  });
  onTestFinished(() => {
    recovery.stop();
  });
  return {
    ...{ holder, recovery, storage, id, key },
    left: () => leftOf(id),
    reading: { stop: () => (gate = createGate()) },
    says: (text: string) => {
      recognizer.says = text;
    },
  };
}

/** A snapshot of a session whose client may come back. */
function resumable(id: string): SessionSnapshot {
  return { ...snapshotOf(id), dialect: { name: 'auscult', isResumable: true } };
}
