import { once } from 'node:events';
import { serverMessages, type ReadyMessage } from '@auscult/protocol';
import { describe, expect, test } from 'vitest';
import { connect, connectOptedIn, MISPLACED_RESUME, silence, type Client } from '../support/client.js';
import { startScriptedServer, type ScriptedServer } from '../support/scripted-server.js';
import { until } from '../support/until.js';

describe('a session whose connection broke', () => {
  test('goes on where it was, and resends the finals that were missed', async () => {
    const server = await startScriptedServer();
    const client = await connectOptedIn(server.url);
    client.send(silence(1));
    const stream = await streamOf(server);
    stream.final('first');
    stream.final('second');
    await client.next('transcription');
    await client.next('transcription');
    client.socket.terminate();
    await waiting(server, 1);
    stream.partial('thi');
    stream.final('third');
    stream.speech('ended', 1);
    expect(stream.isClosed()).toBe(false);

    const back = await resume(server, client, [1]);
    expect(await back.next('resumed')).toEqual({
      type: 'resumed',
      sessionId: readyOf(client).sessionId,
      receivedSamples: 16_000,
    });
    await back.next('transcription');
    await back.next('transcription');
    expect(back.messages.map((message) => ('text' in message ? message.text : message.type))).toEqual([
      'resumed',
      'second',
      'third',
    ]);
    back.send(silence(1));
    back.send({ type: 'stop' });
    expect(await back.next('stopped')).toMatchObject({ audioSeconds: 2 });
    expect(server.recognizer.streams).toHaveLength(1);
    for (const message of back.messages) serverMessages[message.type].parse(message);
    expect(await server.metrics()).toMatch(/auscult_sessions_resumed_total 1\n/);
    await waiting(server, 0);
    expect(server.log()).not.toContain(readyOf(client).resume?.token);
  });

  test('takes each sample once, whatever was in transit when it broke', async () => {
    const server = await startScriptedServer();
    const sent = Int16Array.from({ length: 160_000 }, (_, index) => index % 30_011);
    let client = await connectOptedIn(server.url);
    const first = client;
    let from = 0;
    for (let cuts = 0; from < sent.length; cuts++) {
      for (let at = from; at < sent.length; at += 800) client.send(sent.subarray(at, at + 800));
      // The connection is cut five times while audio is sent. After that, all of it is transcribed.
      if (cuts < 5) {
        await Promise.race([once(client.socket, 'ping'), new Promise(setImmediate)]);
        client.socket.terminate();
      } else {
        client.send({ type: 'stop' });
        await client.next('stopped');
        break;
      }
      client = await resume(server, first, [0]);
      from = (await client.next('resumed')).receivedSamples;
    }
    const [stream] = server.recognizer.streams;
    const taken = Buffer.concat(stream?.pushed ?? []);
    expect(taken.equals(Buffer.from(sent.buffer))).toBe(true);
  });

  test('resends errors that were missed, but none that has arrived', async () => {
    const server = await startScriptedServer({ pingIntervalSeconds: '0.1' });
    const client = await connectOptedIn(server.url);
    client.send(silence(1));
    const stream = await streamOf(server);
    stream.lose(0, 0.5);
    await client.next('error');
    await once(client.socket, 'ping');
    await once(client.socket, 'ping');
    client.socket.terminate();
    await waiting(server, 1);
    stream.lose(0.5, 0.9);
    const back = await resume(server, client, [0]);
    expect(await back.next('error')).toMatchObject({ code: 'audio_lost', start: 0.5 });
    expect(back.all('error')).toHaveLength(1);
  });

  test('answers a stop that was under way', async () => {
    const server = await startScriptedServer();
    const client = await connectOptedIn(server.url);
    client.send(silence(1));
    const stream = await streamOf(server);
    let open = (): void => undefined;
    stream.flushGate = new Promise((resolve) => (open = resolve));
    client.send({ type: 'stop' });
    client.send({ type: 'keepalive' });
    await until(async () => (await server.metrics()).includes('auscult_sessions 1'));
    client.socket.terminate();
    await waiting(server, 1);
    const back = await resume(server, client, [0]);
    await back.next('resumed');
    back.send(silence(1));
    open();
    expect(await back.next('stopped')).toMatchObject({ audioSeconds: 1, utterances: 1 });
    expect(back.all('transcription')).toHaveLength(1);
    back.send({ type: 'stop' });
    expect(await back.next('stopped')).toMatchObject({ audioSeconds: 2, utterances: 2 });
  });

  test('ends after the time for resuming', async () => {
    const server = await startScriptedServer({ resumeSeconds: '0.05' });
    const client = await connectOptedIn(server.url);
    expect(readyOf(client).resume?.seconds).toBe(0.05);
    client.send(silence(1));
    const stream = await streamOf(server);
    client.socket.terminate();
    await until(() => stream.isClosed());
    await waiting(server, 0);
    const back = await resume(server, client, [0]);
    expect(await back.closed).toBe(4410);
    expect(back.all('error')).toMatchObject([{ code: 'resume_refused', retryable: false }]);
  });

  test('ends at once after a normal close, without audio, without opting in, or with resuming off', async () => {
    const server = await startScriptedServer();
    const goodbye = await connectOptedIn(server.url);
    goodbye.send(silence(1));
    await streamOf(server);
    goodbye.socket.close(1000);
    const silent = await connectOptedIn(server.url);
    silent.socket.terminate();
    const simple = await connect(server.url);
    simple.send(silence(1));
    await until(() => server.recognizer.streams.length === 2);
    simple.socket.terminate();
    await until(() => server.recognizer.streams.every((stream) => stream.isClosed()));
    await until(async () => (await server.metrics()).includes('auscult_sessions 0'));
    expect(await (await resume(server, goodbye, [0])).closed).toBe(4410);

    const forgetful = await startScriptedServer({ resumeSeconds: '0' });
    const client = await connectOptedIn(forgetful.url);
    expect(readyOf(client)).not.toHaveProperty('resume');
    client.send(silence(1));
    const stream = await streamOf(forgetful);
    client.socket.terminate();
    await until(() => stream.isClosed());
  });

  test('is drained and closed with the server', async () => {
    const server = await startScriptedServer();
    const client = await connectOptedIn(server.url);
    client.send(silence(1));
    const stream = await streamOf(server);
    client.socket.terminate();
    await waiting(server, 1);
    expect(await server.app.drain()).toBe(true);
    expect(stream.isClosed()).toBe(true);
    await waiting(server, 0);
    const back = await resume(server, client, [0]);
    expect(await back.closed).toBe(1001);
  });

  test('because its client read too slowly can be resumed', async () => {
    const server = await startScriptedServer({ maxSendBufferBytes: '4096' });
    const client = await connectOptedIn(server.url);
    client.send(silence(1));
    const stream = await streamOf(server);
    client.socket.pause();
    const text = 'word '.repeat(2000).trim();
    for (let finals = 0; (await server.metrics()).includes('auscult_sessions_waiting 0'); finals++) {
      if (finals > 10_000) throw new Error('the server sends without end');
      stream.final(text);
    }
    client.socket.terminate();
    const back = await resume(server, client, [0]);
    await back.next('resumed');
    expect((await back.next('transcription')).text).toBe(text);
  });
});

describe('a resume that is refused', () => {
  test('has a wrong token or session, or is not the first message', async () => {
    const server = await startScriptedServer();
    const client = await connectOptedIn(server.url);
    client.send(silence(1));
    const { sessionId, resume: { token } = {} } = readyOf(client);
    const requests = [
      { type: 'resume', sessionId, token: `${token?.slice(0, -1) ?? ''}_`, next: [0] },
      { type: 'resume', sessionId, token: '', next: [0] },
      { type: 'resume', sessionId: 'other', token, next: [0] },
      { type: 'resume', sessionId, token, next: 'all' },
      { type: 'configure' },
      '{',
      silence(0.1),
    ];
    for (const request of requests) {
      const refused = await connect(server.url, RESUMING);
      refused.send(request);
      expect(await refused.closed).toBe(4410);
      expect(refused.messages).toMatchObject([{ type: 'error', code: 'resume_refused' }]);
    }
    expect(client.socket.readyState).toBe(client.socket.OPEN);
    client.send(MISPLACED_RESUME);
    expect(await client.next('error')).toMatchObject({ code: 'resume_misplaced' });
    client.send({ type: 'stop' });
    await client.next('stopped');
  });

  test('is never refused because the server is full', async () => {
    const server = await startScriptedServer({ maxSessions: '1' });
    const client = await connectOptedIn(server.url);
    client.send(silence(1));
    await streamOf(server);
    client.socket.terminate();
    await waiting(server, 1);
    const other = await connect(server.url);
    expect(await other.closed).toBe(1013);
    server.recognizer.admissionIs = { admitted: false, reason: 'finals-late' };
    await (await resume(server, client, [0])).next('resumed');
  });
});

test('the latest of several clients that resume a session takes it over, and the others are told', async () => {
  const server = await startScriptedServer();
  const client = await connectOptedIn(server.url);
  client.send(silence(1));
  const stream = await streamOf(server);
  const second = await resume(server, client, [0]);
  await second.next('resumed');
  expect(await client.closed).toBe(4409);
  expect(client.all('error')).toMatchObject([{ code: 'session_taken_over', retryable: false }]);
  const third = await resume(server, client, [0]);
  await third.next('resumed');
  expect(await second.closed).toBe(4409);
  stream.final('heard once');
  expect(await third.next('transcription')).toMatchObject({ text: 'heard once', sequence: 0 });
  expect([client, second].flatMap(({ messages }) => messages.map(({ type }) => type))).not.toContain(
    'transcription',
  );
});

test('a client that opted in regularly learns how much audio is received and settled', async () => {
  const server = await startScriptedServer();
  const [client, simple] = [await connectOptedIn(server.url), await connect(server.url)];
  client.send(silence(1));
  simple.send(silence(1));
  const stream = await streamOf(server);
  stream.final('heard');
  expect(await client.next('acknowledged')).toMatchObject({ receivedSamples: 16_000, settledSeconds: 1 });
  client.send(silence(0.5));
  expect(await client.next('acknowledged')).toMatchObject({ receivedSamples: 24_000, settledSeconds: 1 });
  expect(simple.messages.map(({ type }) => type)).not.toContain('acknowledged');
});

const RESUMING = { path: '/ws/transcribe?resume', protocols: ['auscult.v1'] };

function readyOf(client: Client): ReadyMessage {
  const [ready] = client.all('ready');
  if (!ready) throw new Error('the client is not ready');
  return ready;
}

async function resume(server: ScriptedServer, client: Client, next: readonly number[]): Promise<Client> {
  const back = await connect(server.url, RESUMING);
  const { sessionId, resume: { token } = {} } = readyOf(client);
  back.send({ type: 'resume', sessionId, token, next });
  return back;
}

async function streamOf({
  recognizer,
}: ScriptedServer): Promise<ScriptedServer['recognizer']['streams'][number]> {
  await until(() => recognizer.streams.length > 0);
  const [stream] = recognizer.streams;
  if (!stream) throw new Error('no stream');
  return stream;
}

async function waiting(server: ScriptedServer, sessions: number): Promise<void> {
  await until(async () => (await server.metrics()).includes(`auscult_sessions_waiting ${sessions}\n`));
}
