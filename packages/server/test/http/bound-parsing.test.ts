import { once } from 'node:events';
import { connect as connectTcp, type AddressInfo, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { fastify, type FastifyInstance } from 'fastify';
import { describe, expect, onTestFinished, test } from 'vitest';
import { BoundedRequest, boundParsing } from '../../src/http/bound-parsing.js';
import { createServerPair, type Pair } from '../support/certificates.js';
import { connectOptedIn } from '../support/client.js';
import { startScriptedServer } from '../support/scripted-server.js';
import { clipFile, FORM_TAIL, formHead, rawUpload } from '../support/upload.js';

const REQUEST = 'GET / HTTP/1.1\r\nhost: localhost\r\n\r\n';
const CHUNKED = 'POST / HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n';

describe.each(['http', 'https'] as const)('parsing of what a connection over %s sends at once', (scheme) => {
  test('stops after a few of hundreds of requests, which are answered before the connection is closed', async () => {
    const { dial, parsed } = await startCounting(scheme);
    const answers = await answersTo(await dial(), REQUEST.repeat(500));
    expect(answers.match(/HTTP\/1\.1 200/gu)).toHaveLength(8);
    expect(parsed).toEqual({ requests: 8, pieces: 0 });
  });

  test.each([
    ['without a host', 'GET / HTTP/1.1\r\n\r\n', 'HTTP/1.1 400'],
    ['with expectations', 'GET / HTTP/1.1\r\nhost: localhost\r\nexpect: more\r\n\r\n', 'HTTP/1.1 417'],
  ])('stops after a few of hundreds of requests %s, which reach no route', async (_what, request, answer) => {
    const { dial, parsed } = await startCounting(scheme);
    const answers = await answersTo(await dial(), request.repeat(500));
    expect(answers.match(/HTTP\/1\.1 \d+/gu)).toEqual([answer]);
    expect(parsed.requests).toBe(8);
  });

  test('stops at the limit in a body of thousands of tiny chunks, which is refused', async () => {
    const { dial, parsed } = await startCounting(scheme);
    const answers = await answersTo(await dial(), `${CHUNKED}${'1\r\na\r\n'.repeat(5000)}0\r\n\r\n`);
    expect(answers).toMatch(/^HTTP\/1\.1 400/u);
    // 500, one for each 64 bytes, and the one too many.
    expect(parsed).toEqual({ requests: 1, pieces: 508 });
  });

  test('does not stop in a body of chunks that are small but not tiny', async () => {
    const { dial, parsed } = await startCounting(scheme);
    const chunk = `40\r\n${'a'.repeat(64)}\r\n`;
    const answers = await answersTo(await dial(), `${CHUNKED}${chunk.repeat(900)}0\r\n\r\n`);
    expect(answers).toMatch(/^HTTP\/1\.1 200/u);
    expect(parsed.pieces).toBeGreaterThanOrEqual(900);
  });

  test('does not limit the requests of a connection, with a few at a time', async () => {
    const { dial, parsed } = await startCounting(scheme);
    const socket = await dial();
    for (let round = 0; round < 5; round++) {
      let answers = '';
      const onAnswer = (bytes: Buffer) => (answers += bytes.toString());
      socket.on('data', onAnswer);
      socket.write(REQUEST.repeat(6));
      while ((answers.match(/HTTP\/1\.1 200/gu) ?? []).length < 6) await once(socket, 'data');
      socket.off('data', onAnswer);
    }
    expect(parsed.requests).toBe(30);
  });
});

test('a login in tiny chunks is refused with its own code, and other sessions go on', async () => {
  const { url } = await startScriptedServer();
  const other = await connectOptedIn(url);
  const socket = connectTcp(Number(new URL(url).port), '127.0.0.1');
  const answer = await answersTo(
    socket,
    'POST /api/v1/login HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n' +
      `transfer-encoding: chunked\r\n\r\n${'1\r\n \r\n'.repeat(10_000)}`,
  );
  expect(answer).toMatch(/^HTTP\/1\.1 400 .*"code":"too_many_chunks".*"limit":"500 chunks, and/su);
  other.send({ type: 'stop' });
  await other.next('stopped');
});

test('a recording in chunks of a hundred bytes is accepted', async () => {
  const { url } = await startScriptedServer();
  const { request, answered } = rawUpload(url);
  const form = Buffer.concat([formHead(), Buffer.from(await (await clipFile()).arrayBuffer()), FORM_TAIL]);
  expect(form.length).toBeGreaterThan(50_000);
  for (let at = 0; at < form.length; at += 100) request.write(form.subarray(at, at + 100));
  request.end();
  expect(await answered).toMatchObject({ status: 202 });
});

test('frames right behind an upgrade reach its session', async () => {
  const { url } = await startScriptedServer();
  const socket = connectTcp(Number(new URL(url).port), '127.0.0.1');
  onTestFinished(() => {
    socket.destroy();
  });
  const ping = Buffer.from([0x89, 0x82, 0, 0, 0, 0, 0x68, 0x69]);
  const upgrade =
    'GET /ws/transcribe HTTP/1.1\r\nhost: localhost\r\nconnection: Upgrade\r\nupgrade: websocket\r\n' +
    'sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n';
  socket.write(Buffer.concat([Buffer.from(upgrade), ping]));
  let read = '';
  while (!read.includes('\x8a\x02hi')) {
    const [bytes] = (await once(socket, 'data')) as [Buffer];
    read += bytes.toString('latin1');
  }
  expect(read).toMatch(/^HTTP\/1\.1 101/u);
});

interface Counting {
  readonly dial: () => Promise<Socket>;
  /** What came out of the parser, refused or not. */
  readonly parsed: { requests: number; pieces: number };
}

async function startCounting(scheme: 'http' | 'https'): Promise<Counting> {
  const parsed = { requests: 0, pieces: 0 };
  class CountedRequest extends BoundedRequest {
    constructor(socket: Socket) {
      super(socket);
      parsed.requests += 1;
    }

    override push(piece: Buffer | null, encoding?: BufferEncoding): boolean {
      if (piece !== null) parsed.pieces += 1;
      return super.push(piece, encoding);
    }
  }
  const pair = scheme === 'https' ? await createServerPair() : undefined;
  const app = serverOf(CountedRequest, pair);
  boundParsing(app, (socket) =>
    socket.end('HTTP/1.1 400 \r\nconnection: close\r\ncontent-length: 0\r\n\r\n'),
  );
  app.addContentTypeParser('*', (_request, body, done) => {
    body.resume().once('end', () => {
      done(null);
    });
  });
  app.all('/', () => 'taken');
  await app.listen({ port: 0, host: '127.0.0.1' });
  onTestFinished(() => app.close());
  const { port } = app.server.address() as AddressInfo;
  return { parsed, dial: () => dialTo(port, pair) };
}

function serverOf(IncomingMessage: typeof BoundedRequest, pair: Pair | undefined): FastifyInstance {
  return (
    pair ? fastify({ https: { IncomingMessage, ...pair } }) : fastify({ http: { IncomingMessage } })
  ) as FastifyInstance;
}

async function dialTo(port: number, pair: Pair | undefined): Promise<Socket> {
  const socket = pair
    ? connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false })
    : connectTcp(port, '127.0.0.1');
  onTestFinished(() => {
    socket.destroy();
  });
  await once(socket, pair ? 'secureConnect' : 'connect');
  return socket;
}

/** Sends all at once, and reads until the connection is closed, or one answer is complete that leaves it open. */
async function answersTo(socket: Socket, text: string): Promise<string> {
  let answers = '';
  socket.on('error', () => undefined);
  socket.on('data', (bytes: Buffer) => {
    answers += bytes.toString();
    if (answers.endsWith('taken') && !text.startsWith(REQUEST)) socket.destroy();
  });
  const closed = once(socket, 'close');
  socket.write(text);
  await closed;
  return answers;
}
