import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { connectCluster, type ClusterConnection } from '../../src/cluster/connect-cluster.js';
import { loadConfig } from '../../src/config/load-config.js';
import { createLog } from '../../src/telemetry/log.js';
import { AudioAwayError, type JobAudio } from '../../src/transcriptions/durable/job-audio.js';
import type { OpenedSealedFile } from '../../src/storage/sealed-file.js';
import { createFileAudio } from '../../src/transcriptions/durable/file-audio.js';
import { createObjectAudio } from '../../src/transcriptions/durable/object-audio.js';
import { temporaryDirectory } from '../support/databases.js';
import { natsMissing, startNats, type NatsServer } from '../support/nats.js';
import { openPathsUnder } from '../support/open-files.js';

const BYTES = randomBytes(300_000);

test('audio in files is read by another server on the same disk', async () => {
  const folder = temporaryDirectory();
  await expectKept(createFileAudio(folder), createFileAudio(folder));
  expect(await readdir(folder)).toEqual(['place']);
  expect(await createFileAudio(temporaryDirectory()).place()).not.toBe(await createFileAudio(folder).place());
});

test('a folder is not made before it is needed, and is gone when nothing is in it', async () => {
  const folder = join(temporaryDirectory(), 'jobs');
  const [one, other] = [createFileAudio(folder), createFileAudio(folder)];
  expect(await one.usedPlace()).toBeUndefined();
  expect(existsSync(folder)).toBe(false);
  const place = await one.place();
  const key = randomBytes(32);
  await keep(one, 'kept.0', key);
  await other.removeIfEmpty();
  expect(await other.usedPlace()).toBe(place);
  await other.remove('kept.0');
  await other.removeIfEmpty();
  expect(existsSync(folder)).toBe(false);
  await other.removeIfEmpty();
});

test('a folder that another server has removed is made again, with the name that jobs know', async () => {
  const folder = join(temporaryDirectory(), 'jobs');
  const [one, other] = [createFileAudio(folder), createFileAudio(folder)];
  const place = await one.place();
  await other.removeIfEmpty();
  const key = randomBytes(32);
  await keep(one, 'kept.0', key);
  expect(await other.usedPlace()).toBe(place);
  await one.remove('kept.0');
  await one.removeIfEmpty();
  const anew = await other.place();
  expect(anew).toBe(place);
  // A third, which knew no name, has made it anew in between.
  await other.removeIfEmpty();
  const third = createFileAudio(folder);
  const another = await third.place();
  expect(another).not.toBe(place);
  await expect(one.create('refused.0', key)).rejects.toThrow('another name');
  expect(await readdir(folder)).toEqual(['place']);
  expect(await one.place()).toBe(another);
});

if (natsMissing !== undefined) console.warn(natsMissing);

describe.skipIf(natsMissing !== undefined)('audio in JetStream', () => {
  let nats: NatsServer;
  beforeAll(async () => {
    nats = await startNats();
  });
  afterAll(() => nats.stop());

  test('is read by another server that shares no disk, and leaves nothing on either', async () => {
    const [one, other] = [temporaryDirectory(), temporaryDirectory()];
    await expectKept(
      createObjectAudio((await connected(nats)).nats, one),
      createObjectAudio((await connected(nats)).nats, other),
    );
    for (const folder of [one, other]) {
      expect(await readdir(folder)).toEqual([]);
      expect(await openPathsUnder(folder)).toEqual([]);
    }
    const { streams } = await jetstreamManager((await connected(nats)).nats);
    expect((await streams.info('OBJ_auscult-audio')).state.messages).toBe(0);
  });

  test('is away, not damaged, while NATS does not answer', async () => {
    const audio = createObjectAudio((await connected(nats)).nats, temporaryDirectory());
    const key = randomBytes(32);
    await keep(audio, 'stalled.0', key);
    nats.signal('SIGSTOP');
    await expect(audio.open('stalled.0', key, BYTES.length)).rejects.toThrow(AudioAwayError);
    nats.signal('SIGCONT');
    const opened = await openedAgain(audio, 'stalled.0', key);
    expect((await gather(opened.read(0, opened.size))).equals(BYTES)).toBe(true);
    await opened.close();
    await audio.remove('stalled.0');
  });

  test('survives a NATS that is killed', async () => {
    const audio = createObjectAudio((await connected(nats)).nats, temporaryDirectory());
    const key = randomBytes(32);
    await keep(audio, 'killed.0', key);
    await nats.kill();
    await nats.start();
    const again = createObjectAudio((await connected(nats)).nats, temporaryDirectory());
    const opened = await again.open('killed.0', key, BYTES.length);
    expect((await gather(opened.read(0, opened.size))).equals(BYTES)).toBe(true);
    await opened.close();
  });
});

async function expectKept(writer: JobAudio, reader: JobAudio): Promise<void> {
  expect(await writer.place()).toBe(await reader.place());
  const key = randomBytes(32);
  const abandoned = await writer.create('abandoned.0', key);
  await abandoned.append(BYTES);
  await abandoned.remove();
  await expect(reader.open('abandoned.0', key, BYTES.length)).rejects.toThrow();
  await keep(writer, 'kept.0', key);
  const opened = await reader.open('kept.0', key, BYTES.length);
  expect((await gather(opened.read(70_000, 140_000))).equals(BYTES.subarray(70_000, 140_000))).toBe(true);
  await opened.close();
  const wrong = await reader.open('kept.0', randomBytes(32), BYTES.length);
  await expect(gather(wrong.read(0, 10))).rejects.toThrow();
  await wrong.close();
  await reader.remove('kept.0');
  await reader.remove('kept.0');
  await expect(writer.open('kept.0', key, BYTES.length)).rejects.toThrow();
}

async function keep(audio: JobAudio, name: string, key: Buffer): Promise<void> {
  const file = await audio.create(name, key);
  for (let at = 0; at < BYTES.length; at += 50_000) await file.append(BYTES.subarray(at, at + 50_000));
  await file.keep();
}

/** Opens audio as soon as it is not away any more: a connection may be lost and made again meanwhile. */
async function openedAgain(audio: JobAudio, name: string, key: Buffer): Promise<OpenedSealedFile> {
  for (;;)
    try {
      return await audio.open(name, key, BYTES.length);
    } catch (error) {
      if (!(error instanceof AudioAwayError)) throw error;
    }
}

async function gather(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of bytes) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

async function connected({ url }: NatsServer): Promise<ClusterConnection> {
  const config = loadConfig({ flags: { cluster: url }, environment: {} });
  const connection = await connectCluster(
    config,
    'a test',
    createLog({ logLevel: 'silent', logFormat: 'json' }),
  );
  onTestFinished(() => connection.close());
  return connection;
}
