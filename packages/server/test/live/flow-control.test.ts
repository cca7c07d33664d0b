import { expect, test } from 'vitest';
import { connect, connectOptedIn, silence } from '../support/client.js';
import { startScriptedServer } from '../support/scripted-server.js';
import { until } from '../support/until.js';

test('10,000 tiny frames a second are throttled without loss, and do not hold up another session', async () => {
  const { url, recognizer } = await startScriptedServer({ maxMessagesPerSecond: '5000' });
  const flood = await connectOptedIn(url);
  const other = await connect(url);
  for (let i = 0; i < 10_000; i++) flood.send(new Uint8Array(2));
  flood.send({ type: 'stop' });
  other.send(silence(0.1));
  other.send({ type: 'stop' });
  await other.next('transcription');
  expect(flood.all('stopped')).toHaveLength(0);

  expect(await flood.next('stopped')).toMatchObject({ audioSeconds: 0.625 });
  expect(flood.all('warning').map(({ code }) => code)).toEqual(['messages_throttled']);
  expect(recognizer.streams.map(({ pushed }) => pushed.length).sort()).toEqual([1, 10_000]);
});

test('audio that comes faster than it is recognised waits in the client, and is not dropped', async () => {
  const { url, recognizer, metrics } = await startScriptedServer({ maxBufferedSeconds: '5' });
  const client = await connectOptedIn(url);
  const frames = 400;
  client.send(silence(1));
  await until(() => recognizer.streams.length === 1);
  const [stream] = recognizer.streams;
  if (!stream) throw new Error('no stream');
  stream.pendingSeconds = 6;
  for (let i = 0; i < frames; i++) client.send(silence(1));
  client.send({ type: 'stop' });
  expect(await client.next('warning')).toMatchObject({ code: 'falling_behind' });
  await until(() => client.socket.bufferedAmount > 0);
  expect(stream.pushed.length).toBeLessThan(frames);
  expect(await metrics()).toContain('auscult_reading_paused_total{reason="backlog"}');

  stream.pendingSeconds = 0;
  expect(await client.next('stopped')).toMatchObject({ audioSeconds: frames + 1 });
  expect(client.all('warning')).toHaveLength(1);
});

test('a client that did not opt in is throttled without a warning', async () => {
  const { url, recognizer } = await startScriptedServer({ maxMessagesPerSecond: '100' });
  const client = await connect(url);
  for (let i = 0; i < 60; i++) client.send(silence(0.01));
  client.send({ type: 'stop' });
  await client.next('transcription');
  expect(recognizer.streams[0]?.pushed).toHaveLength(60);
  expect(client.messages.map(({ type }) => type)).toEqual(['connection', 'transcription']);
});

test('a client that does not read loses partials first, then its connection, without effect on others', async () => {
  const { url, recognizer, metrics, log } = await startScriptedServer({ maxSendBufferBytes: '262144' });
  const client = await connectOptedIn(url);
  const other = await connect(url);
  client.send(silence(0.1));
  await until(() => recognizer.streams.length === 1);
  client.socket.pause();
  const [stream] = recognizer.streams;
  const text = 'a '.repeat(4096);
  await until(async () => {
    for (let i = 0; i < 50; i++) stream?.partial(text);
    return /auscult_partials_dropped_total [1-9]/.test(await metrics());
  });
  expect(await metrics()).toContain('auscult_sessions 2');

  await until(async () => {
    stream?.final(text);
    return (await metrics()).includes('auscult_sessions_waiting 1');
  });
  expect(log()).toContain('"closeCode":4420');
  other.send(silence(0.1));
  other.send({ type: 'stop' });
  await other.next('transcription');
});
