import { describe, expect, test } from 'vitest';
import { connectOptedIn, silence } from '../support/client.js';
import { bearer, startGuardedServer, type GuardedServer } from '../support/guarded-server.js';
import { until } from '../support/until.js';
import { clipFile, formOf, type TranscriptionAnswer } from '../support/upload.js';
import { ask, missing, startCaddy, startNginx, type Proxy, type StartProxy } from './proxies.js';

/** An address of this machine that is not that of the proxies, so that the two are told apart. */
const CLIENT = '127.0.0.2';

const PROXIES: readonly [string, StartProxy][] = [
  ['caddy', startCaddy],
  ['nginx', startNginx],
];

describe.each(PROXIES)('behind %s as in deploy/', (program, start) => {
  const why = missing(program);
  if (why !== undefined) console.warn(why);

  describe.skipIf(why !== undefined).each(['root', 'sub-path'] as const)('at the %s', (place) => {
    const startBoth = async (): Promise<{ readonly server: GuardedServer; readonly proxy: Proxy }> => {
      const server = await startGuardedServer({ trustedProxies: '127.0.0.1', host: '127.0.0.1' });
      return { server, proxy: await start(server.url, place) };
    };

    test(
      'the page and its files come, recordings are taken, and their addresses are right',
      { timeout: 240_000 },
      async () => {
        const { server, proxy } = await startBoth();
        await until(async () => (await ask(proxy, `${proxy.url}/health/ready`)).status === 200);
        const page = await ask(proxy, `${proxy.url}/`);
        expect([page.status, page.headers.get('strict-transport-security')]).toEqual([
          200,
          expect.any(String),
        ]);
        const files = [...(await page.text()).matchAll(/(?:src|href)="([^"#]+)"/gu)].map(
          ([, file]) => file ?? '',
        );
        const own = files.filter((file) => !file.startsWith('data:'));
        expect(own.length).toBeGreaterThan(0);
        for (const file of own)
          expect([file, (await ask(proxy, new URL(file, `${proxy.url}/`))).status]).toEqual([file, 200]);

        const headers = bearer(await server.keyOf('clinician'));
        const body = formOf(await clipFile());
        const sent = await ask(proxy, `${proxy.url}/api/v1/transcriptions`, {
          method: 'POST',
          headers,
          body,
        });
        expect(sent.status).toBe(202);
        const { id } = (await sent.json()) as TranscriptionAnswer;
        const location = new URL(sent.headers.get('location') ?? '', `${proxy.url}/api/v1/transcriptions`);
        expect(location.href).toBe(`${proxy.url}/api/v1/transcriptions/${id}`);
        const found = await ask(proxy, location, { headers });
        expect(await found.json()).toMatchObject({ id });
        const overview = await ask(proxy, `${proxy.url}/api/v1`, { headers });
        const { pathname } = new URL(`${proxy.url}/ws/transcribe`);
        expect(await overview.json()).toMatchObject({ transcribe: pathname });
      },
    );

    test('sessions are live, and the audit log has the address of the client, whatever that says', async () => {
      const { server, proxy } = await startBoth();
      await until(async () => (await ask(proxy, `${proxy.url}/health/ready`)).status === 200);
      const headers = {
        ...bearer(await server.keyOf('clinician')),
        'x-forwarded-for': '203.0.113.9',
        'x-forwarded-proto': 'http',
        'x-forwarded-prefix': '/evil',
      };
      const client = await connectOptedIn(proxy.url, { headers, ca: proxy.ca, localAddress: CLIENT });
      client.send(silence(0.5));
      client.send({ type: 'stop' });
      await client.next('stopped');
      expect(client.all('transcription').some(({ isFinal }) => isFinal)).toBe(true);
      client.socket.close();
      await client.closed;
      const overview = await ask(proxy, `${proxy.url}/api/v1`, { headers });
      expect(JSON.stringify(await overview.json())).not.toContain('evil');
      await until(async () => (await server.audited()).some(({ action }) => action === 'session.end'));
      const addresses = (await server.audited())
        .filter(({ from }) => from !== undefined)
        .map(({ from }) => from);
      expect(new Set(addresses)).toEqual(new Set([CLIENT]));
    });
  });
});
