import { connect as connectTcp, type Socket } from 'node:net';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { connect, connectOptedIn, silence } from '../support/client.js';
import { startScriptedServer, type ScriptedServer } from '../support/scripted-server.js';
import { until } from '../support/until.js';

describe('a connection whose other end is gone', () => {
  test('is released after two pings without an answer', async () => {
    const { url, metrics, log } = await startScriptedServer({ pingIntervalSeconds: '0.1' });
    const { hostname, port } = new URL(url);
    const socket = connectTcp(Number(port), hostname);
    socket.write(
      `GET /ws/transcribe HTTP/1.1\r\nHost: ${hostname}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    );
    socket.resume();
    await until(async () => (await metrics()).includes('auscult_sessions 1'));
    await once(socket, 'close');
    expect(await metrics()).toContain('auscult_sessions 0');
    expect(log()).toContain('"closeCode":4408');
  });

  test('stays while pings are answered', async () => {
    const { url } = await startScriptedServer({ pingIntervalSeconds: '0.5' });
    const client = await connect(url);
    for (let pings = 0; pings < 5; pings++) await once(client.socket, 'ping');
    expect(client.socket.readyState).toBe(client.socket.OPEN);
  });

  test('stays while its own audio keeps the server from reading its answers', async () => {
    const { url, recognizer } = await startScriptedServer({
      pingIntervalSeconds: '0.5',
      maxBufferedSeconds: '5',
    });
    const client = await connectOptedIn(url);
    client.send(silence(0.1));
    await until(() => recognizer.streams.length === 1);
    const [stream] = recognizer.streams;
    if (!stream) throw new Error('no stream');
    stream.pendingSeconds = 6;
    client.send(silence(0.1));
    for (let pings = 0; pings < 5; pings++) await once(client.socket, 'ping');
    stream.pendingSeconds = 0;
    client.send({ type: 'stop' });
    await client.next('stopped');
  });
});

describe('a client that sends nothing', () => {
  test('gets its finals and an error, and is closed', async () => {
    const { url } = await startScriptedServer({ idleTimeoutSeconds: '1' });
    const client = await connect(url);
    client.send(silence(0.1));
    expect(await client.closed).toBe(4408);
    expect(client.messages.map(({ type }) => type)).toEqual(['connection', 'transcription', 'error']);
    expect(client.all('error')).toMatchObject([{ code: 'idle_timeout' }]);
  });

  test('stays as long as it sends keepalive', async () => {
    const { url } = await startScriptedServer({ idleTimeoutSeconds: '3', pingIntervalSeconds: '0.1' });
    const client = await connect(url);
    const startedAt = performance.now();
    while (performance.now() - startedAt < 7000) {
      client.send({ type: 'keepalive' });
      await Promise.race([once(client.socket, 'ping'), client.closed]);
    }
    expect(client.socket.readyState).toBe(client.socket.OPEN);
  });
});

describe('drain', () => {
  test('sends the finals of all audio received, then closes with 1001, and refuses new sessions', async () => {
    const { app, url, recognizer } = await startScriptedServer();
    const clients = await Promise.all([connect(url), connectOptedIn(url), connect(url)]);
    for (const client of clients.slice(0, 2)) client.send(silence(1));
    await until(() => recognizer.streams.length === 2);
    const open = holdFlush({ recognizer });
    const drained = app.drain();
    const late = await connect(url);
    expect(await late.closed).toBe(1001);
    expect(late.all('error')).toMatchObject([{ code: 'draining' }]);

    open();
    expect(await drained).toBe(true);
    expect(await Promise.all(clients.map((client) => client.closed))).toEqual([1001, 1001, 1001]);
    expect(clients.map((client) => client.all('transcription').length)).toEqual([1, 1, 0]);
    expect(clients.flatMap((client) => client.all('error'))).toEqual([]);
  });

  test('finishes a stop that is under way first', async () => {
    const { app, url, recognizer } = await startScriptedServer();
    const client = await connectOptedIn(url);
    client.send(silence(1));
    await until(() => recognizer.streams.length === 1);
    const open = holdFlush({ recognizer });
    client.send({ type: 'stop' });
    client.send({ type: 'keepalive' });
    const drained = app.drain();
    open();
    expect(await drained).toBe(true);
    await client.closed;
    expect(client.messages.at(-1)).toMatchObject({ type: 'transcription' });
  });

  test('ends after its time limit, whatever is left', async () => {
    const { app, url, recognizer } = await startScriptedServer({ drainSeconds: '0.2' });
    const client = await connect(url);
    client.send(silence(1));
    await until(() => recognizer.streams.length === 1);
    holdFlush({ recognizer });
    expect(await app.drain()).toBe(false);
    expect(await client.closed).toBe(1001);
  });

  test('waits for no client that is gone', async () => {
    const { app, url, recognizer } = await startScriptedServer({ pingIntervalSeconds: '0.1' });
    const client = await connect(url);
    client.send(silence(1));
    await until(() => recognizer.streams.length === 1);
    const drained = app.drain();
    client.socket.terminate();
    expect(await drained).toBe(true);
  });
});

/** Holds back the finals of every open stream until the returned function is called. */
function holdFlush({ recognizer }: Pick<ScriptedServer, 'recognizer'>): () => void {
  let open = (): void => undefined;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  for (const stream of recognizer.streams) stream.flushGate = gate;
  return () => {
    open();
  };
}

test('pings are answered as they are read, and few answers wait for a client that reads nothing', async () => {
  const { url } = await startScriptedServer();
  const { socket } = await connect(url);
  const before = once(socket, 'pong');
  socket.ping('first');
  expect(String((await before)[0])).toBe('first');

  const tcp = (socket as unknown as { readonly _socket: Socket })._socket;
  // The answers to all of these are more than the system buffers for a connection that nobody reads.
  const pings = 160_000;
  let answers = 0;
  socket.on('pong', () => (answers += 1));
  socket.pause();
  for (let sent = 0; sent < pings; sent++) {
    socket.ping(Buffer.alloc(125));
    if (tcp.writableNeedDrain) await once(tcp, 'drain');
  }
  await until(() => tcp.writableLength === 0);
  socket.resume();
  const last = new Promise<void>((resolve) => {
    const ask = setInterval(() => {
      socket.ping('last');
    }, 50);
    socket.on('pong', (payload) => {
      if (payload.toString() !== 'last') return;
      clearInterval(ask);
      resolve();
    });
  });
  await last;
  expect(answers).toBeGreaterThan(0);
  expect(answers).toBeLessThan(pings);
});
