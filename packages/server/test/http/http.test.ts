import { request } from 'node:http';
import { describe, expect, test } from 'vitest';
import { connect, connectOptedIn, silence } from '../support/client.js';
import { listenOnly, startScriptedServer } from '../support/scripted-server.js';

describe('health', () => {
  test('reports status and model', async () => {
    const { url } = await startScriptedServer();
    const response = await fetch(`${url}/health`);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ status: 'healthy', model: 'scripted', sessions: 0 });
  });

  test('is live but not ready until the recognizer is warm', async () => {
    const { app, url } = await listenOnly();
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
    const before = await fetch(`${url}/health/ready`);
    expect(before.status).toBe(503);
    expect(await before.json()).toMatchObject({ error: { code: 'not_ready', retryable: true } });
    expect(await (await fetch(`${url}/health`)).json()).toMatchObject({ status: 'starting' });

    await app.warmUp();
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
  });

  test('is not ready while no inference process is ready', async () => {
    const { url, recognizer } = await startScriptedServer();
    recognizer.workersReady = false;
    expect((await fetch(`${url}/health/ready`)).status).toBe(503);
    expect(await (await fetch(`${url}/health`)).json()).toMatchObject({ status: 'unhealthy' });
  });

  test('is not ready once a drain has begun', async () => {
    const { app, url, recognizer } = await startScriptedServer();
    const client = await connect(url);
    client.send(silence(0.1));
    client.send({ type: 'stop' });
    await client.next('transcription');
    const [stream] = recognizer.streams;
    let open = (): void => undefined;
    if (stream) stream.flushGate = new Promise((resolve) => (open = resolve));

    const drained = app.drain();
    const response = await fetch(`${url}/health/ready`);
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ error: { code: 'draining' } });
    open();
    expect(await drained).toBe(true);
  });
});

describe('answers', () => {
  test.each(['/nothing', '/ws/transcribed', '/%zz'])(
    'have the same form for every unknown path: %s',
    async (path) => {
      const { url } = await startScriptedServer();
      const response = await fetch(url + path);
      expect(response.status).toBe(404);
      expect(await response.json()).toEqual({
        error: { code: 'not_found', message: expect.any(String), retryable: false },
      });
    },
  );

  test('carry security headers', async () => {
    const { url } = await startScriptedServer();
    const { headers } = await fetch(`${url}/health`);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('content-security-policy')).not.toContain('unsafe');
  });

  test('allow pages of allowed origins only', async () => {
    const { url } = await startScriptedServer({ allowedOrigins: 'https://clinic.example' });
    const allowed = await fetch(`${url}/health`, { headers: { origin: 'https://clinic.example' } });
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://clinic.example');
    const foreign = await fetch(`${url}/health`, { headers: { origin: 'https://evil.example' } });
    expect(foreign.headers.get('access-control-allow-origin')).toBeNull();
  });

  test("are refused under a name that is not the server's", async () => {
    const { url } = await startScriptedServer();
    expect(await statusWithHost(`${url}/health`, 'rebound.example')).toBe(403);
    expect(await statusWithHost(`${url}/health`, 'localhost')).toBe(200);
  });

  test('list the API paths at its root', async () => {
    const { url } = await startScriptedServer();
    expect(await (await fetch(`${url}/api/v1`)).json()).toMatchObject({ transcribe: '/ws/transcribe' });
  });
});

describe('metrics', () => {
  test('count what comes in and goes out', async () => {
    const { url, recognizer, metrics } = await startScriptedServer();
    const client = await connectOptedIn(url);
    client.send(silence(0.5));
    client.send({ type: 'finalize' });
    await client.next('speech');
    recognizer.streams[0]?.partial('some');
    client.send('not json');
    await client.next('error');

    const text = await metrics();
    expect(text).toContain('auscult_sessions 1');
    expect(text).toContain('auscult_sessions_accepted_total 1');
    expect(text).toContain('auscult_audio_seconds_total 0.5');
    expect(text).toContain('auscult_hypotheses_total{kind="final"} 1');
    expect(text).toContain('auscult_hypotheses_total{kind="partial"} 1');
    expect(text).toContain('auscult_errors_total{code="malformed_json"} 1');
    expect(text).toContain('auscult_workers{state="ready"} 1');
    expect(text).toContain('auscult_worker_resident_bytes{worker="0"} 1000000');
    expect(text).toMatch(/auscult_event_loop_delay_seconds\{quantile="0.99"\} [0-9.e-]+/);
    expect(text).toMatch(/auscult_received_bytes_total 1602\d/);
  });

  test('have no labels that a client can choose', async () => {
    const { url, metrics } = await startScriptedServer();
    const client = await connect(url);
    client.socket.close(4567);
    await client.closed;
    const text = await metrics();
    expect(text).not.toMatch(/\{[^}\n]*4567/);
    expect(text).toContain('auscult_sessions_closed_total{code="other"} 1');
  });
});

function statusWithHost(url: string, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(url, { headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
}
