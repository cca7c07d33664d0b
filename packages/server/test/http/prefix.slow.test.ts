import { describe, expect, test } from 'vitest';
import { createTranscriber } from '../../../client/src/node.js';
import { forgetFarProxies, prefixOf } from '../../src/http/location.js';
import { bearer, postJson, startGuardedServer } from '../support/guarded-server.js';
import { startPrefixProxy } from '../support/prefix-proxy.js';
import { startScriptedServer } from '../support/scripted-server.js';
import { clipFile, formOf, post } from '../support/upload.js';

const FORWARDED = { 'x-forwarded-for': '192.0.2.7', 'x-forwarded-prefix': '/scribe' };

describe('behind a proxy that serves it under a path', () => {
  test.each([
    ['that says so', FORWARDED],
    ['that says nothing', {}],
  ])('the server names right addresses (behind a proxy %s)', async (_, headers) => {
    const { url } = await startScriptedServer({ trustedProxies: '127.0.0.1' });
    for (const address of [url, await startPrefixProxy(url, '/scribe', headers)]) {
      const response = await post(address, formOf(await clipFile()));
      const { id } = (await response.json()) as { id: string };
      const location = new URL(response.headers.get('location') ?? '', response.url);
      expect(await (await fetch(location)).json()).toMatchObject({ id });
      const description = await fetch(`${address}/openapi.json`);
      const { servers } = (await description.json()) as { servers: readonly { url: string }[] };
      const described = new URL(servers[0]?.url ?? '', description.url).href.replace(/\/$/, '');
      expect(described).toBe(address);
    }
  });

  test('the server names right addresses of keys and users', async () => {
    const { url, keyOf } = await startGuardedServer();
    const address = await startPrefixProxy(url, '/scribe');
    const headers = bearer(await keyOf('administrator'));
    for (const [path, body] of [
      ['/api/v1/keys', { name: 'ward', role: 'service' }],
      ['/api/v1/users', { name: 'ada', role: 'clinician' }],
    ] as const) {
      const response = await postJson(address + path, body, headers);
      const location = new URL(response.headers.get('location') ?? '', response.url).href;
      expect(location).toMatch(new RegExp(`^${address}${path}/[^/]+$`));
    }
  });

  test('the overview of the API names paths with the prefix of the proxy', async () => {
    const { url } = await startScriptedServer({ trustedProxies: '127.0.0.1' });
    const overview = async (address: string) =>
      (await (await fetch(`${address}/api/v1`)).json()) as Record<string, string>;
    const address = await startPrefixProxy(url, '/scribe', FORWARDED);
    expect(await overview(address)).toMatchObject({
      transcribe: '/scribe/ws/transcribe',
      openapi: '/scribe/openapi.json',
    });
    expect(await overview(url)).toMatchObject({ transcribe: '/ws/transcribe' });
  });

  test('the page loads its files, and the SDK connects', async () => {
    const { url } = await startScriptedServer();
    const address = await startPrefixProxy(url, '/scribe');
    const page = await fetch(`${address}/`);
    const files = [...(await page.text()).matchAll(/(?:src|href)="([^"#]+)"/gu)].map(
      ([, file]) => file ?? '',
    );
    expect(files.length).toBeGreaterThan(0);
    for (const file of files.filter((one) => !one.startsWith('data:')))
      expect([file, (await fetch(new URL(file, page.url))).status]).toEqual([file, 200]);
    const transcriber = createTranscriber({ url: `${address}/` });
    await transcriber.start(
      (async function* () {
        yield new Int16Array(16_000);
        await Promise.resolve();
      })(),
    );
    expect((await transcriber.stop()).text).toMatch(/^heard/);
  });
});

describe('the prefix that a proxy names', () => {
  const ips = ['127.0.0.1', '192.0.2.7'];
  test.each(['/scribe', '/clinic/scribe-2', '/~ward/a.b_c'])('is used where it is a path: %s', (prefix) => {
    expect(prefixOf({ headers: { 'x-forwarded-prefix': prefix }, ips })).toBe(prefix);
    expect(prefixOf({ headers: { 'x-forwarded-prefix': `${prefix}/` }, ips })).toBe(prefix);
  });

  test.each([
    'scribe',
    '//evil.example',
    '/\\evil.example',
    'https://evil.example',
    '/a/../b',
    '/.',
    '/a b',
    '/a?b',
    '/a#b',
    '/a\r\nset-cookie: a=b',
    `/${'a'.repeat(200)}`,
    '',
  ])('is ignored where it is not a path: %j', (prefix) => {
    expect(prefixOf({ headers: { 'x-forwarded-prefix': prefix }, ips })).toBe('');
  });

  test('is ignored unless the proxy is trusted', async () => {
    const { url } = await startScriptedServer();
    const overview = await fetch(`${url}/api/v1`, { headers: FORWARDED });
    expect(await overview.json()).toMatchObject({ transcribe: '/ws/transcribe' });
    expect(prefixOf({ headers: { 'x-forwarded-prefix': '/scribe' }, ips: ['192.0.2.7'] })).toBe('');
  });
});

describe('addresses of proxies', () => {
  test.each([
    ['few', '203.0.113.9, 127.0.0.1', '203.0.113.9, 127.0.0.1'],
    ['many, of which the nearest count', `${'127.0.0.1,'.repeat(1_500)}203.0.113.9`, '203.0.113.9'],
    ['what is none', 'a'.repeat(15_000), ''],
  ])('are taken: %s', (_, given, nearest) => {
    const headers = { 'x-forwarded-for': given };
    forgetFarProxies(headers);
    expect(headers['x-forwarded-for'].endsWith(nearest)).toBe(true);
    expect(headers['x-forwarded-for'].length).toBeLessThanOrEqual(nearest === '' ? 0 : 1_024);
  });
});
