import { jetstreamManager } from '@nats-io/jetstream';
import { connect as connectNats } from '@nats-io/transport-node';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { JOURNAL_STREAM } from '../../src/journal/journal-stream.js';
import { newMasterKey } from '../../src/records/master-keys.js';
import { connect, connectOptedIn, type Client } from '../support/client.js';
import { recordOf, resumeAt, sessionsOf, type KnownSession } from '../support/moved-client.js';
import { natsMissing, startNats, type NatsServer } from '../support/nats.js';
import { postgresMissing, startPostgres, type PostgresServer } from '../support/postgres.js';
import { startRealServer, type RealServer } from '../support/real-server.js';
import { loadSpeech, speak, transcriptOf, wordErrorRate, wordsOf } from '../support/speech.js';
import { until } from '../support/until.js';

const CLEAR_SPEECH_WER = 0.15;

const missing = natsMissing ?? postgresMissing;

describe.skipIf(missing !== undefined)('a server that stands still', { timeout: 300_000 }, () => {
  let nats: NatsServer;
  let postgres: PostgresServer;
  let folder: string;
  beforeAll(async () => {
    [nats, postgres] = await Promise.all([startNats(), startPostgres({ durable: false })]);
    folder = mkdtempSync(join(tmpdir(), 'auscult-still-'));
    writeFileSync(join(folder, 'master.key'), newMasterKey());
  }, 120_000);
  afterAll(async () => {
    await Promise.all([nats.stop(), postgres.stop()]);
    rmSync(folder, { recursive: true, force: true });
  });

  /** Two servers of one cluster with a database of their own. */
  const startTwo = async (): Promise<readonly [RealServer, RealServer]> => {
    const shared = [
      ...['--database', postgres.createDatabase(), '--cluster', nats.url],
      ...['--master-key-file', join(folder, 'master.key'), '--workers', '1', '--resume-seconds', '300'],
    ];
    const start = (name: string) =>
      startRealServer(...shared, '--server-name', name, '--data-directory', mkdtempSync(join(folder, name)));
    return Promise.all([start('holder'), start('other')]);
  };

  test('loses its session to another, and writes nothing of it once it goes on', async () => {
    const clip = await loadSpeech('jfk/jfk');
    const text = `${clip.text} ${clip.text}`;
    const pcm = Buffer.concat([clip.pcm, clip.pcm]);
    const [holder, other] = await startTwo();
    const client = await connectOptedIn(holder.url);
    const [ready] = client.all('ready');
    if (!ready) throw new Error('it is not ready');
    await speak(client, pcm.subarray(0, 12 * 32_000), 4);
    await until(() => finalsOf(client).length > 0);
    holder.signal('SIGSTOP');

    const back = await resumedAt(other, ready, finalsOf(client).length);
    const [resumed] = back.all('resumed');
    await speak(back, pcm.subarray((resumed?.receivedSamples ?? 0) * 2), 4);
    // It still has audio, and a client, as far as it knows.
    holder.signal('SIGCONT');
    await until(() => closedIn(holder, ready.sessionId));
    back.send({ type: 'stop' });
    await back.next('stopped');
    back.socket.close(1000);
    await until(async () => (await recordOf(other, ready.sessionId)).endedAt !== undefined);

    const told = [...finalsOf(client), ...finalsOf(back)];
    expect(told.map(({ sequence }) => sequence)).toEqual(told.map((_, index) => index));
    const { texts } = await recordOf(other, ready.sessionId);
    expect(texts).toEqual(told.map((final) => final.text));
    expect(wordErrorRate(text, `${transcriptOf(client)} ${transcriptOf(back)}`)).toBeLessThan(
      CLEAR_SPEECH_WER,
    );
    expect((await recordOf(holder, ready.sessionId)).texts).toEqual(texts);
    // It serves others again.
    const next = await connectOptedIn(holder.url);
    next.socket.close(1000);
  });

  test('completes what it took of a session that was ended meanwhile, whose client cannot send it again', async () => {
    const clip = await loadSpeech('jfk/jfk');
    const [holder, other] = await startTwo();
    const client = await connect(holder.url);
    await speak(client, clip.pcm, 4);
    await until(() => finalsOf(client).length > 0);
    const [sessionId = ''] = await sessionsOf(other);
    holder.signal('SIGSTOP');
    // It waits in the connection, which nobody reads.
    await speak(client, clip.pcm, 4);
    await until(async () => (await recordOf(other, sessionId)).endedAt !== undefined);
    holder.signal('SIGCONT');

    // How much more it takes before it notices is its own affair, but nothing of that may stay in the journal.
    await until(() => closedIn(holder, sessionId));
    await until(() => holder.output().includes('the rest of a session was transcribed'));
    await until(async () => !(await subjectsIn(nats)).some((subject) => subject.includes(sessionId)));
    const { endedAt, texts } = await recordOf(other, sessionId);
    expect(endedAt).toBeDefined();
    // Words of the second time may follow.
    const heard = wordsOf(texts.join(' ')).slice(0, wordsOf(clip.text).length);
    expect(wordErrorRate(clip.text, heard.join(' '))).toBeLessThan(CLEAR_SPEECH_WER);
  });
});

/** The subjects under which the journals of all servers hold something. */
async function subjectsIn({ url }: NatsServer): Promise<readonly string[]> {
  const nats = await connectNats({ servers: url });
  try {
    const { state } = await (
      await jetstreamManager(nats)
    ).streams.info(JOURNAL_STREAM, { subjects_filter: '>' });
    return Object.keys(state.subjects ?? {});
  } finally {
    await nats.close();
  }
}

/** Finals that the client was told before it lost its server; more may lie unread in the connection of one that stands still. */
function finalsOf(client: Client) {
  return client.all('transcription').filter(({ isFinal }) => isFinal);
}

/** Asks a server for a session as often as it says that somebody else has it. */
async function resumedAt(server: RealServer, session: KnownSession, next: number): Promise<Client> {
  for (;;) {
    const client = await resumeAt(server, session, [next]);
    const isOver = await Promise.race([
      client.next('resumed').then(() => false),
      client.closed.then(() => true),
    ]);
    if (!isOver) return client;
    expect(client.all('error').map(({ retryable }) => retryable)).not.toContain(false);
  }
}

function closedIn({ output }: RealServer, sessionId: string): boolean {
  return output()
    .split('\n')
    .some((line) => line.includes('"event":"session closed"') && line.includes(sessionId));
}
