import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { filesBelow } from '../support/canary.js';
import { connect, connectOptedIn, silence, type Client } from '../support/client.js';
import { startScriptedServer, type ScriptedServer } from '../support/scripted-server.js';
import { readRecord, speakersOfWords, streamOf } from '../support/told-speakers.js';
import { until } from '../support/until.js';

/** What stands for voices here; it must be found nowhere. */
const VOICES = randomBytes(96);

const NAMED = { speaker: 1, name: 'Ms. Okafor', role: 'patient' };

test('speakers go on with their numbers, names and voices on a server that was restarted', async () => {
  const dataDirectory = folder();
  const before = await startScriptedServer({ dataDirectory });
  const { client, ready } = await openWithVoices(before);
  await before.app.drain();
  const open = filesBelow(dataDirectory);

  const after = await startScriptedServer({ dataDirectory });
  const next = await connectOptedIn(after.url);
  next.send({ type: 'configure', speakers: 2, words: true, continues: ready });
  const { sessionId } = await next.next('ready');
  // Whoever was merged stays so.
  expect(await next.next('speakers')).toMatchObject({ revised: [], speakers: [NAMED] });
  next.send(silence(1));
  const stream = await streamOf(after, 1);
  expect(Buffer.from(stream.options.speakerState ?? [])).toEqual(VOICES);
  stream.say([1, 'my knee'], [2, 'and hers']);
  expect((await next.next('transcription')).words?.map(({ speaker }) => speaker)).toEqual([1, 1, 0, 0]);
  const record = await readRecord(after, sessionId);
  expect(record.speakers).toEqual([{ speaker: 0 }, NAMED]);
  expect(speakersOfWords(record)).toEqual([[1, 1, 0, 0]]);

  // Nobody takes them over twice, with another token, or without the setting.
  await expectNothing(after, { speakers: 2, continues: ready });
  const own = { sessionId, token: next.all('ready').at(-1)?.resume?.token };
  await expectNothing(after, { speakers: 2, continues: { ...own, token: ready.token } });
  await expectNothing(after, { speakers: 'off', continues: own });

  const answers = JSON.stringify([client.messages, next.messages, record]);
  const seen = [open, filesBelow(dataDirectory), filesBelow(before.spoolDirectory)].flatMap((files) => [
    ...files.values(),
  ]);
  for (const bytes of [...seen, before.log(), after.log(), await after.metrics(), answers])
    expect(tracesOfVoices(bytes)).toEqual([]);
});

test('what is known of voices is deleted when nobody can continue the session', async () => {
  const server = await startScriptedServer();
  const { client, ready } = await openWithVoices(server);
  client.socket.close(1000);
  await until(async () => (await recordEnd(server, ready.sessionId)) !== undefined);
  await expectNothing(server, { speakers: 2, continues: ready });
});

test('a session that is resumed has its speakers still', async () => {
  const server = await startScriptedServer();
  const { client, ready } = await openWithVoices(server);
  client.socket.terminate();
  await until(async () => (await server.metrics()).includes('auscult_sessions_waiting 1'));
  const [stream] = server.recognizer.streams;
  stream?.findSpeakers({
    revised: [{ sequence: 0, start: 0, end: 0.4, speaker: 3, confidence: 0.9 }],
    settledSeconds: 0.5,
  });
  const back = await connect(server.url, { path: '/ws/transcribe?resume', protocols: ['auscult.v1'] });
  back.send({ type: 'resume', ...ready, next: [1] });
  await back.next('resumed');
  // What was not seen to arrive comes again; the newest of all is last.
  await until(() => back.all('speakers').some(({ revised }) => revised[0]?.speaker === 3));
  expect(back.all('speakers').at(-1)?.speakers).toContainEqual(NAMED);
  expect(server.recognizer.streams).toHaveLength(1);
});

/** A session with three voices, of which one has a name, and two are the same. */
async function openWithVoices(server: ScriptedServer) {
  const client = await connectOptedIn(server.url);
  client.send({ type: 'configure', speakers: 2 });
  const { sessionId, resume } = await client.next('ready');
  client.send(silence(1));
  const stream = await streamOf(server, 1);
  stream.speakerState = VOICES;
  stream.say([0, 'how are you'], [1, 'well'], [2, 'and you']);
  await client.next('transcription');
  const name = [NAMED];
  client.send({ type: 'identify', name, merge: [{ from: 2, into: 0 }] });
  await client.next('speakers');
  return { client, ready: { sessionId, token: resume?.token ?? '' } };
}

/** Expects that a session with these settings cannot continue what they name. */
async function expectNothing(server: ScriptedServer, settings: object): Promise<void> {
  const client: Client = await connectOptedIn(server.url);
  client.send({ type: 'configure', ...settings });
  expect(await client.next('warning')).toMatchObject({ code: 'speakers_not_continued' });
  client.socket.close();
}

async function recordEnd({ url }: ScriptedServer, id: string): Promise<string | undefined> {
  const answer = await fetch(`${url}/api/v1/sessions/${id}`);
  return ((await answer.json()) as { endedAt?: string }).endedAt;
}

function tracesOfVoices(bytes: Buffer | string): readonly string[] {
  const text = Buffer.from(bytes).toString('latin1');
  const forms = {
    bytes: VOICES.subarray(16, 48).toString('latin1'),
    hexadecimal: VOICES.subarray(16, 48).toString('hex'),
    base64: VOICES.subarray(18, 48).toString('base64'),
    list: [...VOICES.subarray(16, 24)].join(','),
    digest: createHash('sha256').update(VOICES).digest('hex'),
  };
  return Object.entries(forms).flatMap(([name, form]) => (text.includes(form) ? [name] : []));
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'auscult-voices-'));
  onTestFinished(() => {
    rmSync(path, { recursive: true, force: true });
  });
  return path;
}
