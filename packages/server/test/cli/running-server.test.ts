import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { checkRunning } from '../../src/cli/doctor-checks/running-server.js';
import { createServerPair, writePair } from '../support/certificates.js';
import { freePort } from '../support/free-port.js';
import { listenOnly, startScriptedServer } from '../support/scripted-server.js';
import { runCli } from './run-cli.js';

function placeOf(url: string): { readonly host: string; readonly port: number } {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port) };
}

describe('the health check of a container', () => {
  test('tells a server that is live from one that also accepts sessions', async () => {
    const { url, app } = await listenOnly();
    expect(await checkRunning(placeOf(url), 'live')).toMatchObject({ state: 'ok' });
    expect(await checkRunning(placeOf(url), 'ready')).toMatchObject({
      state: 'failed',
      message: expect.stringContaining('not ready (status 503)') as string,
    });
    await app.warmUp();
    expect(await checkRunning(placeOf(url), 'ready')).toMatchObject({ state: 'ok' });
  });

  test('reaches a server that listens on every address', async () => {
    const { url } = await startScriptedServer({ host: '0.0.0.0', insecureNetwork: 'true' });
    expect(await checkRunning({ ...placeOf(url), host: '0.0.0.0' }, 'live')).toMatchObject({ state: 'ok' });
  });

  test('needs no authority for the certificate of its own server', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'auscult-tls-'));
    onTestFinished(() => {
      rmSync(folder, { recursive: true });
    });
    const files = { tlsCertificate: join(folder, 'cert.pem'), tlsKey: join(folder, 'key.pem') };
    writePair(await createServerPair(), files.tlsCertificate, files.tlsKey);
    const { url } = await startScriptedServer(files);
    expect(await checkRunning({ ...placeOf(url), ...files }, 'ready')).toMatchObject({ state: 'ok' });
  });

  test('is a command with a status', async () => {
    const { url } = await listenOnly();
    const { host, port } = placeOf(url);
    const environment = { AUSCULT_HOST: host, AUSCULT_PORT: String(port) };
    expect(await runCli(['doctor', '--live'], { environment })).toMatchObject({ status: 0 });
    const nobody = await runCli(['doctor', '--live', '--port', String(await freePort())]);
    expect(nobody).toMatchObject({ status: 1, stderr: '' });
    expect(nobody.stdout).toContain('no server answers');
  });
});
