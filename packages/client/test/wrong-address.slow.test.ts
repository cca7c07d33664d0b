import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { startGuardedServer } from '../../server/test/support/guarded-server.js';
import { startScriptedServer } from '../../server/test/support/scripted-server.js';
import { until } from '../../server/test/support/until.js';
import {
  createTranscriber,
  type Problem,
  type Transcriber,
  type TranscriberOptions,
  type WebSocketConstructor,
} from '../src/node.js';
import { verdictOnAnswer } from '../src/delivery/verdict.js';
import { startFakeServer } from './support/fake-server.js';
import { inChunks } from './support/spoken.js';

const sound = new Int16Array(32_000);

/** As `ws` makes one, and as one of browsers, which tells nothing of an upgrade that was refused. */
const sockets: readonly (readonly [string, WebSocketConstructor])[] = [
  ['ws', WebSocket],
  [
    'a browser',
    class extends WebSocket {
      constructor(url: string, protocols: string[] = []) {
        super(url, protocols);
      }
      override emit(event: string, ...given: unknown[]): boolean {
        return super.emit(event, ...(event === 'error' ? [new Error('no more is told')] : given));
      }
    },
  ],
];

describe.each(sockets)('an address where nothing speaks Auscult, over the socket of %s', (_, webSocket) => {
  test('fails the start with a remedy for another path of a server', async () => {
    for (const server of [await startScriptedServer(), await startGuardedServer()]) {
      const { transcriber, problems } = watched({ url: `${server.url}/ws/transcribed`, webSocket });
      await expect(transcriber.start(inChunks(sound, 1600))).rejects.toMatchObject({ code: 'wrong_address' });
      expect(transcriber.state).toMatchObject({ kind: 'failed', problem: { code: 'wrong_address' } });
      expect(problems).toHaveLength(1);
      expect(problems[0]?.message).toContain('/ws/transcribe');
      await expect(transcriber.stop()).rejects.toMatchObject({ code: 'wrong_address' });
    }
  });

  test.each([
    [404, 'wrong_address'],
    [400, 'wrong_address'],
    [200, 'wrong_address'],
    [401, 'unauthorized'],
    [403, 'forbidden'],
  ])('fails the start where it answers %s', async (status, code) => {
    const { url } = await startWebServer(() => status);
    const { transcriber } = watched({ url, webSocket });
    await expect(transcriber.start(inChunks(sound, 1600))).rejects.toMatchObject({ code });
  });

  test('is tried again while the server behind a proxy is away', async () => {
    const server = await startWebServer(() => 503);
    const { transcriber, problems } = watched({ url: server.url, webSocket });
    await transcriber.start(inChunks(sound, 1600));
    await until(() => transcriber.state.kind === 'reconnecting' && transcriber.state.attempt > 2);
    expect(transcriber.state).toMatchObject({ reason: 'server-restarting' });
    expect(problems).toMatchObject([{ code: 'connection_lost' }]);
    transcriber.close();
  });

  test('is tried again behind a proxy that forwards no upgrades, which is reported', async () => {
    const { transcriber, problems } = watched({ url: (await startWebServer(() => 426)).url, webSocket });
    await transcriber.start(inChunks(sound, 1600));
    await until(() => transcriber.state.kind === 'reconnecting' && transcriber.state.attempt > 4);
    expect(problems.map(({ code }) => code)).toEqual(['connection_lost', 'upgrade_blocked']);
    transcriber.close();
  });
});

test('a server that was reached before is waited for, whatever a proxy answers in its place', async () => {
  const server = await startFakeServer();
  const { port } = new URL(server.url);
  let isAway = false;
  const proxy = await startWebServer(
    () => 404,
    () => (isAway ? undefined : Number(port)),
  );
  const { transcriber, problems } = watched({ url: proxy.url });
  await transcriber.start(inChunks(sound, 1600));
  await until(() => server.connections.length === 1);
  isAway = true;
  server.cut();
  await until(() => problems.some(({ code }) => code === 'wrong_address'));
  expect(transcriber.state.kind).toBe('reconnecting');
  isAway = false;
  await until(() => server.connections.length === 2);
  await transcriber.stop();
  expect(problems.filter(({ code }) => code === 'wrong_address')).toHaveLength(1);
});

test('an answer hidden from the page is reported and tried again', () => {
  const first = verdictOnAnswer('hidden', { failedUpgrades: 0, wasThere: false });
  const later = verdictOnAnswer('hidden', { failedUpgrades: 2, wasThere: false });
  expect([first, later]).toMatchObject([
    { kind: 'retry', problem: { code: 'connection_lost' } },
    { kind: 'retry', problem: { code: 'wrong_address' } },
  ]);
});

test('a server answers 426 to requests at the address of its socket, also without authentication', async () => {
  for (const { url } of [await startScriptedServer(), await startGuardedServer()]) {
    const response = await fetch(`${url}/ws/transcribe`);
    expect(response.status).toBe(426);
    expect(response.headers.get('upgrade')).toBe('websocket');
    expect(await response.json()).toMatchObject({ error: { code: 'upgrade_expected' } });
  }
});

/** Answers everything with a status, an upgrade too, unless it is forwarded to a port. */
async function startWebServer(
  status: () => number,
  forwardTo: () => number | undefined = () => undefined,
): Promise<{ readonly url: string }> {
  const server: Server = createServer((_request, response) => {
    response.writeHead(status(), { connection: 'close' }).end();
  });
  const open = new Set<{ destroy: () => void }>();
  server.on('upgrade', (request, socket, head) => {
    open.add(socket);
    socket.on('error', () => undefined);
    const port = forwardTo();
    if (port === undefined) {
      socket.end(`HTTP/1.1 ${status()} Refused\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    const upstream = connect(port, '127.0.0.1', () => {
      const lines = Object.entries(request.headers).map(([name, value]) => `${name}: ${String(value)}\r\n`);
      upstream.write(`GET ${request.url ?? '/'} HTTP/1.1\r\n${lines.join('')}\r\n`);
      upstream.write(head);
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on('error', () => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

function watched(options: TranscriberOptions): {
  readonly transcriber: Transcriber;
  readonly problems: readonly Problem[];
} {
  const transcriber = createTranscriber(options);
  const problems: Problem[] = [];
  transcriber.on('problem', (problem) => problems.push(problem));
  onTestFinished(() => {
    transcriber.close();
  });
  return { transcriber, problems };
}
