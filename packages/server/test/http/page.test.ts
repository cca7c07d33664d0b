import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pageDirectory } from '@auscult/web';
import { fastify } from 'fastify';
import { describe, expect, onTestFinished, test } from 'vitest';
import { registerPage } from '../../src/http/page.js';
import { createLog } from '../../src/telemetry/log.js';
import { startScriptedServer } from '../support/scripted-server.js';

describe('the page', () => {
  test('is served at / with its files, compressed, and cached for as long as their names allow', async () => {
    const app = fastify();
    await registerPage(app, pageDirectory, createLog({ logLevel: 'warn', logFormat: 'json' }));
    const page = await app.inject('/');
    expect(page.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      'permissions-policy': 'microphone=(self)',
    });
    const [, script = ''] = /<script type="module"[^>]* src="\.(.*?)"/.exec(page.body) ?? [];

    const headers = { 'accept-encoding': 'br' };
    const file = await app.inject({ url: script, headers });
    expect(file.statusCode).toBe(200);
    expect(file.headers).toMatchObject({
      'content-type': expect.stringContaining('javascript') as string,
      'content-encoding': 'br',
      'cache-control': 'public, max-age=31536000, immutable',
      vary: 'Origin, Accept-Encoding',
    });
    const again = await app.inject({
      url: script,
      headers: { ...headers, 'if-none-match': file.headers.etag },
    });
    expect(again.statusCode).toBe(304);
  });

  test('has a content security policy with only what it needs', async () => {
    const { headers } = await fetch((await startScriptedServer()).url);
    expect(headers.get('content-security-policy')?.split(';').sort()).toEqual([
      "base-uri 'none'",
      "connect-src 'self'",
      "default-src 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "img-src 'self' data:",
      "media-src 'self'",
      "script-src 'self'",
      "style-src 'self'",
      "worker-src 'self'",
    ]);
  });

  test.each(['index.js', 'capture-worklet.js'])(
    'is served together with the SDK for other pages: %s',
    async (file) => {
      const { url } = await startScriptedServer();
      const response = await fetch(`${url}/client/${file}`);
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toContain('javascript');
    },
  );

  test.each(['/assets/', '/assets/nothing.js', '/assets/..%2findex.html', '/client/../../package.json'])(
    'gives no other files: %s',
    async (path) => {
      const { url } = await startScriptedServer();
      expect((await fetch(url + path)).status).toBe(404);
    },
  );

  test('that was not built is reported with a remedy', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'auscult-page-'));
    onTestFinished(() => {
      rmSync(folder, { recursive: true });
    });
    const lines: string[] = [];
    const log = createLog({ logLevel: 'warn', logFormat: 'json' }, { write: (line) => lines.push(line) });
    const app = fastify();
    await registerPage(app, folder, log);
    const response = await app.inject('/');
    expect(response.statusCode).toBe(503);
    expect(response.body).toContain('npm run build');
    expect(lines.join('')).toContain('npm run build');
  });
});
