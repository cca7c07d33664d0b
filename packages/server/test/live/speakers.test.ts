import type { SpeakersMessage } from '@auscult/protocol';
import { describe, expect, test } from 'vitest';
import { connectOptedIn, silence, type Client } from '../support/client.js';
import { startScriptedServer, type ScriptedServer } from '../support/scripted-server.js';
import { correctOverHttp, readRecord, speakersOfWords, streamOf } from '../support/told-speakers.js';

describe('a session that asks for speakers', () => {
  test('is told who said each word, and most of a final, and who is probably speaking', async () => {
    const { server, client } = await open({ words: true });
    const stream = await heard(server, client);
    stream.partial('how are', 0);
    stream.say([0, 'how are you?'], [1, 'well']);
    expect(await client.next('transcription')).toMatchObject({ isFinal: false, speaker: 0 });
    const final = await client.next('transcription');
    expect(final).toMatchObject({ text: 'how are you? well', speaker: 0 });
    expect(final.words?.map(({ speaker, speakerConfidence }) => [speaker, speakerConfidence])).toEqual([
      [0, 0.8],
      [0, 0.8],
      [0, 0.8],
      [1, 0.8],
    ]);
  });

  test('is told which words as written turn out to be of somebody else', async () => {
    const { server, client } = await open({ words: true, writtenForm: 'on' });
    const stream = await heard(server, client, 4);
    stream.say([0, 'take twenty five milligrams'], [0, 'of it daily.']);
    const final = await client.next('transcription');
    expect(final.text).toBe('take 25 mg of it daily.');
    // Its second half, from `of` on.
    stream.findSpeakers({
      revised: [{ sequence: 0, start: 2.2, end: 4, speaker: 1, confidence: 0.97 }],
      settledSeconds: 3.25,
    });
    expect(await client.next('speakers')).toEqual({
      type: 'speakers',
      revised: [{ sequence: 0, words: [3, 5], speaker: 1, speakerConfidence: 0.97 }],
      speakers: [{ speaker: 0 }, { speaker: 1 }],
      settledSeconds: 3.25,
    });
    expect(await server.metrics()).toContain('auscult_speakers_revised_words_total 3');
    expect(await server.metrics()).toContain('auscult_speakers_sessions_total 1');
  });

  test('has its corrections pinned, told to the recognizer, and recorded', async () => {
    const { server, client, id } = await open({ words: true });
    const stream = await heard(server, client, 4);
    stream.say([0, 'where does it hurt?'], [0, 'my knee']);
    await client.next('transcription');
    const assign = [{ sequence: 0, words: [4, 5], speaker: 1 }];
    client.send({ type: 'identify', assign, name: [{ speaker: 1, name: 'Ms. Okafor', role: 'patient' }] });
    expect(await client.next('speakers')).toMatchObject({
      revised: [{ sequence: 0, words: [4, 5], speaker: 1, speakerConfidence: 1 }],
      speakers: [{ speaker: 0 }, { speaker: 1, name: 'Ms. Okafor', role: 'patient' }],
    });
    const [told] = stream.corrections;
    expect(told).toMatchObject({ kind: 'assign', spans: [{ sequence: 0, speaker: 1 }] });

    stream.findSpeakers({
      revised: [{ sequence: 0, start: 0, end: 4, speaker: 2, confidence: 0.5 }],
      settledSeconds: 4,
    });
    expect((await client.next('speakers')).revised).toMatchObject([{ words: [0, 3], speaker: 2 }]);
    client.send({ type: 'identify', merge: [{ from: 2, into: 0 }] });
    expect((await client.next('speakers')).revised).toMatchObject([{ words: [0, 3], speaker: 0 }]);
    expect(stream.corrections[1]).toEqual({ kind: 'merge', from: 2, into: 0 });

    const record = await readRecord(server, id);
    expect(speakersOfWords(record)).toEqual([[0, 0, 0, 0, 1, 1]]);
    expect(record.speakers).toEqual([
      { speaker: 0, suggestedRole: undefined },
      { speaker: 1, name: 'Ms. Okafor', role: 'patient' },
    ]);
    // A speaker who was merged stays so.
    client.send(silence(1));
    await streamOf(server, 5);
    stream.say([2, 'thank you']);
    expect(await client.next('transcription')).toMatchObject({ speaker: 0 });
  });

  test.each([
    [{ assign: [{ sequence: 7, speaker: 1 }] }, 'assign[0].sequence'],
    [{ assign: [{ sequence: 0, channel: 1, speaker: 1 }] }, 'assign[0].sequence'],
    [{ assign: [{ sequence: 0, words: [0, 2], speaker: 1 }] }, 'assign[0].words'],
    [{ assign: [{ sequence: 0, words: [1, 0], speaker: 1 }] }, 'assign[0].words'],
    [{ merge: [{ from: 0, into: 0 }] }, 'merge[0].into'],
    [{ merge: [{ from: 5, into: 0 }] }, 'merge[0].from'],
    [{ name: [{ speaker: 0, role: 'clinician' }], merge: [{ from: 0, into: 9 }] }, 'merge[0].into'],
  ])('answers %j with an error about %s, does nothing, and goes on', async (corrections, field) => {
    const { server, client } = await open({ words: true });
    const stream = await heard(server, client);
    stream.say([0, 'good morning']);
    await client.next('transcription');
    client.send({ type: 'identify', ...corrections });
    const error = await client.next('error');
    expect(error).toMatchObject({ code: 'correction_refused', field, retryable: false });
    expect(error.limit).not.toBe('');
    client.send({ type: 'identify' });
    expect(await client.next('speakers')).toMatchObject({ revised: [], speakers: [{ speaker: 0 }] });
    expect(stream.corrections).toEqual([]);
  });

  test('may not use the number of somebody who was merged', async () => {
    const { server, client } = await open({});
    const stream = await heard(server, client);
    stream.say([0, 'good'], [1, 'morning']);
    await client.next('transcription');
    client.send({ type: 'identify', merge: [{ from: 1, into: 0 }] });
    await client.next('speakers');
    client.send({ type: 'identify', assign: [{ sequence: 0, speaker: 1 }] });
    expect(await client.next('error')).toMatchObject({
      field: 'assign[0].speaker',
      limit: 'a speaker that was not merged with another; 2 is free',
    });
  });

  test('is suggested who is the clinician once one side clearly asks, and a person knows better', async () => {
    const { server, client } = await open({});
    const stream = await heard(server, client);
    for (let turns = 0; turns < 4; turns++) {
      stream.say([1, 'does it hurt?'], [0, 'it does']);
      client.send(silence(1));
      await streamOf(server, turns + 2);
    }
    const roles = ({ speakers }: SpeakersMessage) =>
      speakers.map(({ role, suggestedRole }) => role ?? suggestedRole);
    expect(roles(await client.next('speakers'))).toEqual(['patient', 'clinician']);
    client.send({ type: 'identify', name: [{ speaker: 0, role: 'clinician' }] });
    const { speakers } = await client.next('speakers');
    expect(speakers).toEqual([
      { speaker: 0, role: 'clinician' },
      { speaker: 1, suggestedRole: 'patient' },
    ]);
  });

  test('takes each of two channels for a speaker', async () => {
    const { server, client, id } = await open({ channels: 2, words: true });
    client.send(silence(2));
    await streamOf(server, 1, 2);
    const [first, second] = server.recognizer.streams;
    first?.final('good morning');
    second?.final('hello');
    expect(await client.next('transcription')).toMatchObject({ channel: 0, speaker: 0 });
    const other = await client.next('transcription');
    expect(other).toMatchObject({ channel: 1, speaker: 1 });
    expect(other.words).toMatchObject([{ speaker: 1, speakerConfidence: 1 }]);
    expect(first?.options.speakers).toBe('off');
    client.send({ type: 'identify', assign: [{ sequence: 0, channel: 1, speaker: 0 }] });
    expect((await client.next('speakers')).revised).toMatchObject([
      { channel: 1, words: [0, 0], speaker: 0 },
    ]);
    expect(speakersOfWords(await readRecord(server, id))).toEqual([[0, 0], [0]]);
  });

  test('can change its mind before the first audio', async () => {
    const { server, client } = await open({});
    client.send({ type: 'configure', speakers: 3 });
    expect(await client.next('ready')).toMatchObject({ speakers: 3 });
    expect((await heard(server, client)).options.speakers).toBe(3);
  });

  test('cannot change its mind in the middle, and goes on as before', async () => {
    const { server, client } = await open({});
    const stream = await heard(server, client);
    stream.say([0, 'how are you?']);
    await client.next('transcription');
    for (const speakers of ['off', 4]) {
      client.send({ type: 'configure', speakers });
      expect(await client.next('error')).toMatchObject({ code: 'configure_too_late' });
    }
    stream.say([1, 'well']);
    expect(await client.next('transcription')).toMatchObject({ speaker: 1 });
    expect(server.recognizer.streams).toHaveLength(1);
  });
});

test('a session that does not ask hears nothing of speakers, and cannot correct them', async () => {
  const server = await startScriptedServer();
  const client = await connectOptedIn(server.url);
  const stream = await heard(server, client);
  expect(stream.options.speakers).toBe('off');
  stream.final('good morning');
  expect(await client.next('transcription')).not.toHaveProperty('speaker');
  client.send({ type: 'identify', assign: [{ sequence: 0, speaker: 1 }] });
  expect(await client.next('error')).toMatchObject({ code: 'speakers_off' });
});

describe('a record', () => {
  test('takes corrections over HTTP, which later findings leave alone', async () => {
    const { server, client, id } = await open({});
    const stream = await heard(server, client, 4);
    stream.say([0, 'where does it hurt?'], [0, 'my knee']);
    await client.next('transcription');
    const answer = await correctOverHttp(server, id, {
      assign: [{ sequence: 0, words: [4, 5], speaker: 1 }],
      name: [{ speaker: 0, name: 'Dr. Lee' }],
    });
    expect(answer).toEqual({
      status: 200,
      body: { speakers: [{ speaker: 0, name: 'Dr. Lee' }, { speaker: 1 }] },
    });
    stream.findSpeakers({
      revised: [{ sequence: 0, start: 0, end: 4, speaker: 2, confidence: 0.5 }],
      settledSeconds: 4,
    });
    await client.next('speakers');
    const record = await readRecord(server, id);
    expect(speakersOfWords(record)).toEqual([[2, 2, 2, 2, 1, 1]]);
    expect(record.segments[0]?.versions[0]).toMatchObject({ sequence: 0, speaker: 2 });
    for (const [corrections, field] of [
      [{ assign: [{ sequence: 3, speaker: 1 }] }, 'assign[0].sequence'],
      [{ merge: [{ from: 1, into: 1 }] }, 'merge[0].into'],
    ] as const)
      expect(await correctOverHttp(server, id, corrections)).toMatchObject({
        status: 422,
        body: { error: { code: 'correction_refused', field } },
      });
  });

  test('keeps speakers when a text is corrected, and takes them from a correction for all versions', async () => {
    const { server, client, id } = await open({});
    const stream = await heard(server, client, 4);
    stream.say([0, 'where does it hurt?'], [1, 'my knee does today']);
    await client.next('transcription');
    const url = `${server.url}/api/v1/sessions/${id}/segments/0/versions`;
    const text = 'where does it hurt now? my left knee does today';
    const corrected = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ version: 1, text }),
    });
    expect(corrected.status).toBe(201);
    expect(speakersOfWords(await readRecord(server, id))).toEqual([[0, 0, 0, 0, 0, 1, 1, 1, 1, 1]]);
    await correctOverHttp(server, id, { assign: [{ sequence: 0, speaker: 2 }] });
    const { segments } = await readRecord(server, id);
    const [first, second] = segments[0]?.versions ?? [];
    expect(first?.words.map(({ speaker }) => speaker)).toEqual(Array(8).fill(2));
    expect(second?.words.map(({ speaker }) => speaker)).toEqual(Array(10).fill(2));
  });
});

/** A session that asks for two speakers, and more. */
async function open(
  settings: object,
): Promise<{ readonly server: ScriptedServer; readonly client: Client; readonly id: string }> {
  const server = await startScriptedServer();
  const client = await connectOptedIn(server.url);
  client.send({ type: 'configure', speakers: 2, ...settings });
  const { sessionId: id } = await client.next('ready');
  return { server, client, id };
}

/** The stream of a session, once it has got audio. */
async function heard(server: ScriptedServer, client: Client, seconds = 1) {
  client.send(silence(seconds));
  return streamOf(server, seconds);
}
