import { describe, expect, test } from 'vitest';
import { connect, connectOptedIn, silence, type Client } from '../support/client.js';
import { startScriptedServer, type ScriptedServer } from '../support/scripted-server.js';
import { until } from '../support/until.js';

describe('a session whose client closes right after its audio, without a stop', () => {
  test.each([
    ['without a code', undefined],
    ['with 1000', 1000],
    ['with 1001, as a page that is left', 1001],
    ['with a code of its own', 3000],
  ])('has all of it in the record: %s', async (_, code) => {
    for (const open of [connect, connectOptedIn]) {
      const server = await startScriptedServer({ resumeSeconds: code === 3000 ? '0.05' : '300' });
      const client = await open(server.url);
      for (let pushes = 0; pushes < 4; pushes++) client.send(silence(0.1));
      client.socket.close(code);
      await until(async () => (await onlyRecord(server)).finals === 1);
      expect(await textOf(server)).toBe('heard 4');
    }
  });

  test('has all of it in the record when the connection just breaks and cannot be resumed', async () => {
    const server = await startScriptedServer();
    const client = await connect(server.url);
    client.send(silence(0.1));
    await until(() => server.recognizer.streams.length === 1);
    client.socket.terminate();
    await until(async () => (await onlyRecord(server)).endedAt !== undefined);
    expect(await textOf(server)).toBe('heard 1');
    expect(await onlyRecord(server)).toMatchObject({ missingSeconds: 0 });
  });

  test('has every channel in the record', async () => {
    const server = await startScriptedServer();
    const client = await connectOptedIn(server.url);
    client.send({ type: 'configure', channels: 2 });
    client.send(silence(0.2));
    client.socket.close();
    await until(async () => (await onlyRecord(server)).endedAt !== undefined);
    expect(await onlyRecord(server)).toMatchObject({ finals: 2, missingSeconds: 0 });
  });

  test('has audio that waited for recognition in the record', async () => {
    const server = await startScriptedServer({ maxBufferedSeconds: '5' });
    const client = await connect(server.url);
    client.send(silence(0.1));
    await until(() => server.recognizer.streams.length === 1);
    const [stream] = server.recognizer.streams;
    if (!stream) throw new Error('no stream');
    stream.pendingSeconds = 6;
    for (let pushes = 0; pushes < 50; pushes++) client.send(silence(0.1));
    client.socket.close();
    await until(async () => (await server.metrics()).includes('reading_paused_total{reason="backlog"} 1'));
    expect(stream.pushed.length).toBeLessThan(51);
    stream.pendingSeconds = 0;
    await until(async () => (await onlyRecord(server)).endedAt !== undefined);
    expect(await textOf(server)).toBe('heard 51');
  });

  test('is transcribed again to its end', async () => {
    const server = await startScriptedServer();
    const client = await connectOptedIn(server.url);
    client.send({ type: 'configure', refine: 'on-stop' });
    client.send(silence(1));
    client.socket.close();
    await until(async () => (await refinedTexts(server)).length > 0);
    expect(await onlyRecord(server)).toMatchObject({ finals: 1 });
  });

  test('holds its place until its text is recorded, and cannot be resumed', async () => {
    const server = await startScriptedServer({ maxSessions: '1' });
    const client = await connectOptedIn(server.url);
    const [{ sessionId, resume } = { sessionId: '', resume: undefined }] = client.all('ready');
    const finish = await heldBack(server, client);
    client.socket.close(1000);
    await client.closed;
    const refused = await connect(server.url);
    expect(await refused.next('error')).toMatchObject({ code: 'too_many_sessions' });
    const back = await connect(server.url, {
      protocols: ['auscult.v1'],
      path: '/ws/transcribe?resume',
    });
    back.send({ type: 'resume', sessionId, token: resume?.token, next: [0] });
    expect(await back.next('error')).toMatchObject({ code: 'resume_refused' });
    finish();
    await until(async () => (await server.metrics()).includes('auscult_sessions 0'));
    expect(await textOf(server)).toBe('heard 1');
    await connectOptedIn(server.url);
  });

  test('is transcribed to its end before a stopping server exits', async () => {
    const server = await startScriptedServer();
    const client = await connect(server.url);
    const finish = await heldBack(server, client);
    client.socket.close(1000);
    await client.closed;
    const drained = server.app.drain();
    finish();
    expect(await drained).toBe(true);
    expect(await textOf(server)).toBe('heard 1');
  });

  test('ends at once where nothing is recorded', async () => {
    const server = await startScriptedServer({ records: 'off' });
    const client = await connect(server.url);
    await heldBack(server, client);
    client.socket.close(1000);
    await until(() => server.recognizer.streams[0]?.isClosed() === true);
    expect(await server.metrics()).toContain('auscult_sessions 0');
  });
});

describe('audio whose text is dropped', () => {
  test('is counted as missing in the record when the server had to stop', async () => {
    const server = await startScriptedServer({ drainSeconds: '0.2', journal: 'off' });
    const client = await connect(server.url);
    await heldBack(server, client);
    client.socket.close(1000);
    await client.closed;
    expect(await server.app.drain()).toBe(false);
    await until(async () => (await onlyRecord(server)).endedAt !== undefined);
    expect(await onlyRecord(server)).toMatchObject({ finals: 0, missingSeconds: 1 });
    expect(server.log()).toContain('"event":"audio not in the record"');
  });

  test('is counted as missing in the record when recognition failed', async () => {
    const server = await startScriptedServer();
    const client = await connectOptedIn(server.url);
    client.send(silence(2));
    await until(() => server.recognizer.streams.length === 1);
    server.recognizer.streams[0]?.lose(0.5, 1.25);
    client.send({ type: 'stop' });
    await client.next('stopped');
    expect(await onlyRecord(server)).not.toHaveProperty('missingSeconds');
    client.socket.close();
    await until(async () => (await onlyRecord(server)).endedAt !== undefined);
    expect(await onlyRecord(server)).toMatchObject({ missingSeconds: 0.75 });
  });
});

test('a session whose page was left can be resumed behind what was transcribed meanwhile', async () => {
  const server = await startScriptedServer();
  const client = await connectOptedIn(server.url);
  const [{ sessionId, resume } = { sessionId: '', resume: undefined }] = client.all('ready');
  client.send(silence(0.1));
  client.socket.close(1001);
  await until(async () => (await onlyRecord(server)).finals === 1);
  const back = await connect(server.url, { protocols: ['auscult.v1'], path: '/ws/transcribe?resume' });
  back.send({ type: 'resume', sessionId, token: resume?.token, next: [0] });
  expect(await back.next('resumed')).toMatchObject({ receivedSamples: 1600 });
  expect(await back.next('transcription')).toMatchObject({ text: 'heard 1' });
  back.send(silence(0.1));
  back.send({ type: 'stop' });
  expect(await back.next('stopped')).toMatchObject({ utterances: 2 });
});

/** Sends a second of audio whose text waits until the returned function is called. */
async function heldBack({ recognizer }: ScriptedServer, client: Client): Promise<() => void> {
  let finish = (): void => undefined;
  recognizer.flushGate = new Promise((resolve) => (finish = resolve));
  client.send(silence(1));
  await until(() => recognizer.streams.length === 1 && (recognizer.streams[0]?.pushed.length ?? 0) > 0);
  return finish;
}

async function onlyRecord({ url }: ScriptedServer): Promise<Record<string, unknown> & { id: string }> {
  const { sessions } = (await (await fetch(`${url}/api/v1/sessions`)).json()) as {
    sessions: (Record<string, unknown> & { id: string })[];
  };
  const [record, ...others] = sessions;
  if (!record || others.length > 0) throw new Error(`${sessions.length} records`);
  return record;
}

async function textOf(server: ScriptedServer): Promise<string> {
  const { id } = await onlyRecord(server);
  const response = await fetch(`${server.url}/api/v1/sessions/${id}/export?format=text&version=live`);
  return (await response.text()).trim();
}

async function refinedTexts(server: ScriptedServer): Promise<readonly unknown[]> {
  const { id } = await onlyRecord(server);
  const record = (await (await fetch(`${server.url}/api/v1/sessions/${id}`)).json()) as {
    refined: unknown[];
  };
  return record.refined;
}
