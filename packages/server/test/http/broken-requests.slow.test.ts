import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { connectOptedIn } from '../support/client.js';
import { postJson, refusal } from '../support/guarded-server.js';
import { openPathsUnder } from '../support/open-files.js';
import { startScriptedServer } from '../support/scripted-server.js';
import { until } from '../support/until.js';
import { FORM_TAIL, formHead, rawUpload } from '../support/upload.js';

describe('a request that is too large or too slow', () => {
  test('has a head of 10 MB: it is refused with its own code, and other sessions go on', async () => {
    const { url } = await startScriptedServer();
    const client = await connectOptedIn(url);
    const socket = dial(url);
    socket.write(`GET /health HTTP/1.1\r\nhost: localhost\r\nx-filler: `);
    // The server cuts while the client still writes.
    socket.on('error', () => undefined);
    socket.write('a'.repeat(10 * 1024 ** 2));
    expect(await answerOf(socket)).toMatchObject({ status: 431, code: 'headers_too_large' });
    client.send({ type: 'stop' });
    await client.next('stopped');
  });

  test('comes with hundreds of others at once: some are answered, and the connection is closed', async () => {
    const { url } = await startScriptedServer();
    const socket = dial(url);
    let answers = '';
    socket.on('data', (bytes: Buffer) => (answers += bytes.toString()));
    const closed = once(socket, 'close');
    socket.write('GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n'.repeat(500));
    await closed;
    expect(answers.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(8);
    expect(answers.match(/connection: close/gi)).toHaveLength(1);
  });

  test('has a head of many lines', async () => {
    const { url } = await startScriptedServer();
    const socket = dial(url);
    socket.on('error', () => undefined);
    socket.write(`GET /health HTTP/1.1\r\nhost: localhost\r\n${'x: y\r\n'.repeat(20_000)}\r\n`);
    expect(await answerOf(socket)).toMatchObject({ status: 431, code: 'headers_too_large' });
  });

  test.each(['', 'GET /health HTTP/1.1\r\nhost: loc'])(
    'sends a head that never ends (%j): it is answered with 408, and other sessions go on',
    async (start) => {
      const { url } = await startScriptedServer({ requestTimeoutSeconds: '0.2' });
      const client = await connectOptedIn(url);
      const socket = dial(url);
      socket.write(start);
      expect(await answerOf(socket)).toMatchObject({ status: 408, code: 'request_timeout' });
      client.send({ type: 'stop' });
      await client.next('stopped');
    },
  );

  test('sends a head byte by byte: it is answered with 408', async () => {
    const { url } = await startScriptedServer({ requestTimeoutSeconds: '0.2' });
    const socket = dial(url);
    socket.write('GET /health HTTP/1.1\r\nhost: localhost\r\nx-slow: ');
    trickle(socket, 'a');
    expect(await answerOf(socket)).toMatchObject({ status: 408, code: 'request_timeout' });
  });

  test('sends a frame of a socket byte by byte: its session ends as idle, and others go on', async () => {
    const { url, log, metrics } = await startScriptedServer({ idleTimeoutSeconds: '1' });
    const socket = dial(url);
    socket.write(
      'GET /ws/transcribe HTTP/1.1\r\nhost: localhost\r\nconnection: Upgrade\r\nupgrade: websocket\r\n' +
        'sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    );
    socket.resume();
    await until(async () => (await metrics()).includes('auscult_sessions 1'));
    // A masked binary frame of 65,535 bytes.
    socket.write(Buffer.from([0x82, 0xfe, 0xff, 0xff, 0, 0, 0, 0]));
    trickle(socket, '\0');
    await new Promise((resolve) => socket.once('close', resolve));
    expect(log()).toContain('"closeCode":4408');
    expect(await metrics()).toContain('auscult_sessions 0');
    const client = await connectOptedIn(url);
    client.send({ type: 'stop' });
    await client.next('stopped');
  });

  test('sends a recording byte by byte: the upload is ended with its own code, and nothing of it is left', async () => {
    const { url, spoolDirectory } = await startScriptedServer({ idleTimeoutSeconds: '1' });
    const { request, answered } = rawUpload(url);
    request.on('error', () => undefined);
    request.write(formHead());
    const dripping = setInterval(() => request.write('a'), 20);
    expect(await answered).toMatchObject({ status: 408, body: { error: { code: 'idle_timeout' } } });
    clearInterval(dripping);
    expect(await openPathsUnder(spoolDirectory)).toEqual([]);
  });

  test.each([
    ['before its first boundary', Buffer.from('a preamble')],
    ['in the head of a part', formHead().subarray(0, 60)],
    [
      'in a part that is no field',
      Buffer.from('--a-boundary-of-the-test\r\ncontent-type: multipart/mixed\r\n\r\nno'),
    ],
    ['behind its end', FORM_TAIL],
  ])('falls silent in a form %s: it is ended with its own code', async (_where, start) => {
    const { url } = await startScriptedServer({ idleTimeoutSeconds: '1' });
    const { request, answered } = rawUpload(url);
    request.on('error', () => undefined);
    request.write(start);
    expect(await answered).toMatchObject({ status: 408, body: { error: { code: 'idle_timeout' } } });
  });

  test('sends a form that has more beside its file than fields can hold: it is ended with its own code', async () => {
    const { url } = await startScriptedServer();
    const { request, answered } = rawUpload(url);
    request.on('error', () => undefined);
    request.write(Buffer.alloc(2 * 1024 ** 2, ' '));
    expect(await answered).toMatchObject({ status: 413, body: { error: { code: 'upload_too_large' } } });
  });

  test('sends a body drop by drop: it is answered with 408', async () => {
    const { url } = await startScriptedServer({ requestTimeoutSeconds: '0.2' });
    const socket = dial(url);
    const head = 'host: localhost\r\ncontent-type: application/json\r\ncontent-length: 100';
    socket.write(`POST /api/v1/login HTTP/1.1\r\n${head}\r\n\r\n{`);
    trickle(socket, ' ');
    expect(await answerOf(socket)).toMatchObject({ status: 408, code: 'request_timeout' });
  });

  test('has a body that is larger than it can be', async () => {
    const { url } = await startScriptedServer();
    const response = await postJson(`${url}/api/v1/login`, { name: 'n', password: 'p'.repeat(100_000) });
    expect(await refusal(response)).toEqual({ status: 413, code: 'request_too_large' });
  });
});

describe('a request that makes no sense', () => {
  test('is no HTTP', async () => {
    const { url } = await startScriptedServer();
    const socket = dial(url);
    socket.write('\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03');
    expect(await answerOf(socket)).toMatchObject({ status: 400, code: 'malformed_request' });
  });

  test.each([
    ['{"name": ', 'application/json', 415, 'json_expected'],
    ['', 'application/json', 415, 'json_expected'],
    ['name=n', 'application/x-www-form-urlencoded', 415, 'json_expected'],
    ['[]', 'application/json', 400, 'invalid_request'],
    [
      '{"name":"n","password":"p","__proto__":{"role":"administrator"}}',
      'application/json',
      415,
      'json_expected',
    ],
    ['{"name":"n","password":"p","role":"administrator"}', 'application/json', 400, 'invalid_request'],
  ])('has the body %j as %s', async (body, type, status, code) => {
    const { url } = await startScriptedServer();
    const headers = { 'content-type': type };
    const response = await fetch(`${url}/api/v1/login`, { method: 'POST', body, headers });
    expect(await refusal(response)).toEqual({ status, code });
  });

  test.each([
    '/../../etc/passwd',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/api/v1/keys/../../../etc/passwd',
    '//etc/passwd',
    '/\\..\\x',
  ])('has a path that leaves the served paths: %s', async (path) => {
    const { url } = await startScriptedServer();
    const socket = dial(url);
    socket.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`);
    expect(await answerOf(socket)).toMatchObject({ status: 404, code: 'not_found' });
  });
});

function dial(url: string): Socket {
  const socket = connectTcp(Number(new URL(url).port), '127.0.0.1');
  onTestFinished(() => {
    socket.destroy();
  });
  return socket;
}

/** Sends a byte now and then, until the other end has enough of it. */
function trickle(socket: Socket, byte: string): void {
  const timer = setInterval(() => socket.write(byte), 20);
  socket.on('error', () => undefined);
  socket.once('close', () => {
    clearInterval(timer);
  });
}

/** The answer that comes before the connection is closed. */
async function answerOf(socket: Socket): Promise<{ status: number; code: string | undefined }> {
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await new Promise((resolve) => socket.once('close', resolve));
  const [, status] = /^HTTP\/1\.1 (\d{3})/.exec(text) ?? [];
  const [, code] = /"code":"(\w+)"/.exec(text) ?? [];
  return { status: Number(status), code };
}
