import { expect, test } from 'vitest';
import { createSpeakerDirectory } from '../../src/speakers/speaker-directory.js';
import { connect, connectOptedIn, silence } from '../support/client.js';
import { startScriptedServer } from '../support/scripted-server.js';
import { correctOverHttp, readRecord, speakersOfWords, streamOf } from '../support/told-speakers.js';
import { until } from '../support/until.js';

const NAMED = { speaker: 1, name: 'Ms. Okafor', role: 'patient' };

test('a client is told of a correction that somebody makes in the record of its session', async () => {
  const { server, client, stream, id } = await openSession();
  const assign = [{ sequence: 0, words: [3, 4], speaker: 1 }];
  expect(await correctOverHttp(server, id, { assign, name: [NAMED] })).toMatchObject({ status: 200 });
  expect(await client.next('speakers')).toMatchObject({
    revised: [{ sequence: 0, words: [3, 4], speaker: 1, speakerConfidence: 1 }],
    speakers: [{ speaker: 0 }, NAMED],
  });
  expect(stream.corrections).toMatchObject([{ kind: 'assign', spans: [{ sequence: 0, speaker: 1 }] }]);

  // What is found out later does not undo it, neither here nor in the record.
  stream.findSpeakers({
    revised: [{ sequence: 0, start: 0, end: 2, speaker: 2, confidence: 0.9 }],
    settledSeconds: 2,
  });
  expect((await client.next('speakers')).revised).toMatchObject([{ words: [0, 2], speaker: 2 }]);
  expect(speakersOfWords(await readRecord(server, id))).toEqual([[2, 2, 2, 1, 1]]);
});

test('two speakers that somebody merges in the record are one in all later labels', async () => {
  const { server, client, stream, id } = await openSession();
  stream.say([1, 'and mine']);
  await client.next('transcription');
  await correctOverHttp(server, id, { merge: [{ from: 1, into: 0 }] });
  expect(await client.next('speakers')).toMatchObject({
    revised: [{ sequence: 1, words: [0, 1], speaker: 0 }],
    speakers: [{ speaker: 0 }],
  });
  expect(stream.corrections).toEqual([{ kind: 'merge', from: 1, into: 0 }]);
  stream.partial('it', 1);
  expect(await client.next('transcription')).toMatchObject({ isFinal: false, speaker: 0 });
  stream.say([1, 'it hurts']);
  expect((await client.next('transcription')).speaker).toBe(0);
  expect(speakersOfWords(await readRecord(server, id))).toEqual([
    [0, 0, 0, 0, 0],
    [0, 0],
    [0, 0],
  ]);
  // The client may still want the opposite.
  client.send({ type: 'identify', merge: [{ from: 0, into: 1 }] });
  expect(await client.next('error')).toMatchObject({ code: 'correction_refused' });
});

test('words of a text that somebody has corrected are found by their time', async () => {
  const { server, client, id } = await openSession();
  const path = `${server.url}/api/v1/sessions/${id}/segments/0/versions`;
  const text = 'Where does it hurt? My knee.';
  await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ version: 1, text }),
  });
  await correctOverHttp(server, id, { assign: [{ sequence: 0, speaker: 3 }] });
  expect((await client.next('speakers')).revised).toMatchObject([{ words: [0, 4], speaker: 3 }]);
});

test('a client that is away is told when it comes back, and so is the session that continues it', async () => {
  const { server, client, ready, id } = await openSession();
  client.socket.terminate();
  await until(async () => (await server.metrics()).includes('auscult_sessions_waiting 1'));
  await correctOverHttp(server, id, { name: [NAMED] });
  const back = await connect(server.url, { path: '/ws/transcribe?resume', protocols: ['auscult.v1'] });
  back.send({ type: 'resume', ...ready, next: [1] });
  await back.next('resumed');
  await until(() =>
    back.all('speakers').some(({ speakers }) => speakers.some(({ name }) => name !== undefined)),
  );

  await server.app.drain();
  await back.closed;
  const { dataDirectory } = server;
  const role = { speaker: 0, role: 'clinician' };
  expect(await correctOverHttp(server, id, { name: [role] })).toMatchObject({ status: 200 });
  const after = await startScriptedServer({ dataDirectory });
  const next = await connectOptedIn(after.url);
  next.send({ type: 'configure', speakers: 2, continues: ready });
  expect((await next.next('speakers')).speakers).toEqual([role, NAMED]);
});

test('speakers that two people merge with each other at the same time are one', () => {
  const directory = createSpeakerDirectory();
  directory.merge(1, 0);
  directory.merge(0, 1);
  directory.merge(2, 1);
  expect([0, 1, 2].map(directory.resolve)).toEqual([0, 0, 0]);
});

/** A session with a final of five words by speaker 0. */
async function openSession() {
  const server = await startScriptedServer();
  const client = await connectOptedIn(server.url);
  client.send({ type: 'configure', speakers: 'auto', words: true });
  const { sessionId, resume } = await client.next('ready');
  client.send(silence(2));
  const stream = await streamOf(server, 2);
  stream.say([0, 'does it hurt?'], [0, 'my knee']);
  await client.next('transcription');
  return { server, client, stream, id: sessionId, ready: { sessionId, token: resume?.token ?? '' } };
}
