import { errorTable, type ErrorCode } from '@auscult/protocol';
import { expect, test } from 'vitest';
import { connect, silence } from '../support/client.js';
import { listenOnly, startScriptedServer } from '../support/scripted-server.js';
import { until } from '../support/until.js';

test('a connection before the recognizer is warm is refused until later', async () => {
  const { url } = await listenOnly();
  await expectRefused(url, 'not_ready');
});

test('a connection while finals are late is refused until later, and an open one goes on', async () => {
  const { url, recognizer, metrics } = await startScriptedServer();
  const open = await connect(url);
  recognizer.admissionIs = { admitted: false, reason: 'finals-late' };
  await expectRefused(url, 'busy');
  expect(await metrics()).toContain('auscult_sessions_refused_total{code="busy"} 1');

  open.send(silence(0.1));
  open.send({ type: 'stop' });
  await open.next('transcription');
});

test('a connection while no inference process is ready is refused until later', async () => {
  const { url, recognizer } = await startScriptedServer();
  recognizer.admissionIs = { admitted: false, reason: 'no-worker-ready' };
  await expectRefused(url, 'not_ready');
});

test('one session more than allowed is refused, until another has ended', async () => {
  const { url, metrics } = await startScriptedServer({ maxSessions: '1' });
  const first = await connect(url);
  await first.next('connection');
  await expectRefused(url, 'too_many_sessions');
  first.socket.close();
  await until(async () => (await metrics()).includes('auscult_sessions 0'));
  await (await connect(url)).next('connection');
});

test('a page of a foreign origin is refused, one on loopback is not', async () => {
  const { url } = await startScriptedServer();
  await expectRefused(url, 'origin_not_allowed', 'https://evil.example');
  await (await connect(url, { origin: 'http://localhost:3000' })).next('connection');
});

test("an upgrade under a name that is not the server's is refused", async () => {
  const { url } = await startScriptedServer();
  const client = await connect(url, { headers: { host: 'rebound.example' } });
  expect(await client.closed).toBe(1006);
});

test.each(['/nothing', '/health', '/%zz'])(
  'an upgrade where there is no WebSocket is refused: %s',
  async (path) => {
    const { url } = await startScriptedServer();
    const client = await connect(url, { path });
    expect(await client.closed).not.toBe(1000);
  },
);

test('an unknown subprotocol is not accepted', async () => {
  const { url } = await startScriptedServer();
  const both = await connect(url, { protocols: ['other', 'auscult.v1'] });
  expect(both.socket.protocol).toBe('auscult.v1');
});

async function expectRefused(url: string, code: ErrorCode, origin?: string): Promise<void> {
  const client = await connect(url, origin === undefined ? {} : { origin });
  expect(await client.closed).toBe(errorTable[code].closeCode);
  expect(client.messages).toEqual([
    { type: 'error', code, message: expect.any(String), retryable: errorTable[code].retryable },
  ]);
}
