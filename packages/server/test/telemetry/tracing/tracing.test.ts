import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { onlyRecord, restarted, said } from '../../recovery/restart.js';
import { connect, connectOptedIn, silence } from '../../support/client.js';
import { freePort } from '../../support/free-port.js';
import { startOtlpReceiver, type OtlpReceiver } from '../../support/otlp-receiver.js';
import { startScriptedServer, type ScriptedServer } from '../../support/scripted-server.js';
import { until } from '../../support/until.js';
import { clipFile, submit } from '../../support/upload.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const TRACEPARENT = `00-${TRACE}-00f067aa0ba902b7-01`;

beforeEach(() => {
  vi.stubEnv('OTEL_BSP_SCHEDULE_DELAY', '20');
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
});

test('a session is one trace, whose id log lines name', async () => {
  const { server, receiver } = await traced();
  const id = await speak(server);
  await until(() => receiver.named('session').length === 1);
  const [session] = receiver.named('session');
  expect(session).toMatchObject({
    traceId: id.replaceAll('-', ''),
    parentSpanId: undefined,
    attributes: { 'auscult.session': id, 'auscult.dialect': 'auscult', 'auscult.model': 'scripted' },
    resource: { 'service.name': 'auscult', 'auscult.program': 'serve' },
  });
  const lines = logLines(server).filter((line) => line['session'] === id);
  expect(lines.length).toBeGreaterThan(1);
  for (const line of lines) expect(line).toMatchObject({ trace: session?.traceId });
});

test('a session that comes through a trusted proxy is part of the trace that the proxy names', async () => {
  const { server, receiver } = await traced({ trustedProxies: '127.0.0.1' });
  await speak(server, { traceparent: TRACEPARENT });
  await until(() => receiver.named('session').length === 1);
  expect(receiver.named('session')[0]).toMatchObject({ traceId: TRACE, parentSpanId: '00f067aa0ba902b7' });
});

test('nobody else chooses a trace', async () => {
  const { server, receiver } = await traced();
  await speak(server, { traceparent: TRACEPARENT });
  await fetch(`${server.url}/api/v1/sessions`, { headers: { traceparent: TRACEPARENT } });
  await until(() => receiver.spans().length > 1);
  expect(receiver.spans().map(({ traceId }) => traceId)).not.toContain(TRACE);
});

test('requests have spans with the pattern of their route, but those of monitoring have none', async () => {
  const { server, receiver } = await traced({ trustedProxies: '127.0.0.1' });
  await server.metrics();
  await fetch(`${server.url}/health`);
  await fetch(`${server.url}/api/v1/sessions/secret-name?q=secret`, {
    headers: { traceparent: TRACEPARENT },
  });
  await until(() => receiver.spans().length > 0);
  expect(receiver.spans()).toMatchObject([
    {
      name: 'GET /api/v1/sessions/:id',
      traceId: TRACE,
      attributes: { 'http.request.method': 'GET', 'http.response.status_code': 404, 'url.scheme': 'http' },
    },
  ]);
  expect(receiver.bodies()).not.toContain('secret');
  const answered = logLines(server).filter(({ route }) => route === '/api/v1/sessions/:id');
  expect(answered).toMatchObject([{ trace: TRACE }]);
});

test('an upload is told by its request, and its transcription has a trace with its own name', async () => {
  const { server, receiver } = await traced();
  const { id } = await submit(server.url, await clipFile());
  await until(() => receiver.named('transcription').length === 1);
  const [transcription] = receiver.named('transcription');
  expect(transcription).toMatchObject({
    traceId: id.replaceAll('-', ''),
    attributes: { 'auscult.origin': 'upload', 'auscult.outcome': 'done' },
  });
  for (const part of ['waiting', 'transcribing', 'keeping'])
    expect(receiver.named(part)).toMatchObject([{ parentSpanId: transcription?.spanId }]);
  const [transcribing] = receiver.named('transcribing');
  expect(transcribing).toMatchObject({ attributes: { 'auscult.utterances': 1 } });
  expect(receiver.named('utterance')).toMatchObject([
    { parentSpanId: transcribing?.spanId, attributes: { 'auscult.channel': 0, 'auscult.hearing': 0 } },
  ]);
  expect(receiver.named('POST /api/v1/transcriptions')).toMatchObject([
    { attributes: { 'auscult.transcription': id } },
  ]);
  expect(receiver.bodies()).not.toContain('knee');
});

test('what a server has left of a session is heard within the trace of the session', async () => {
  const { server, receiver } = await traced();
  const client = await connect(server.url);
  await said(server, client, 1);
  const next = await restarted(server, { otlpEndpoint: receiver.url });
  await until(() => receiver.named('completion').length === 1);
  const [completion] = receiver.named('completion');
  const { id } = await onlyRecord(next);
  expect(completion).toMatchObject({
    traceId: id.replaceAll('-', ''),
    attributes: { 'auscult.session': id, 'auscult.outcome': 'done' },
  });
  const [utterance] = receiver.named('utterance');
  expect(utterance).toMatchObject({
    parentSpanId: completion?.spanId,
    attributes: { 'auscult.channel': 0, 'auscult.outcome': 'final' },
  });
  expect(receiver.named('commit')).toMatchObject([{ parentSpanId: utterance?.spanId }]);
});

test('a collector that cannot be reached is logged once, and harms nothing', async () => {
  vi.stubEnv('OTEL_EXPORTER_OTLP_TIMEOUT', '200');
  const server = await startScriptedServer({ otlpEndpoint: `http://127.0.0.1:${await freePort()}` });
  const warnings = () => logLines(server).filter(({ event }) => String(event).includes('traces cannot'));
  await speak(server);
  await until(() => warnings().length === 1);
  for (let session = 0; session < 3; session++) await speak(server);
  await server.app.close();
  expect(warnings()).toHaveLength(1);
});

test('without a collector, no library of OpenTelemetry is loaded but the interface, which another asks for', () => {
  const modules = ['app.js', 'main.js', 'cluster/inference/run-inference.js'].map(
    (name) => new URL(`../../../dist/${name}`, import.meta.url).href,
  );
  const program = `
    const { default: Module } = await import('node:module');
    for (const module of ${JSON.stringify(modules)}) await import(module);
    console.log(JSON.stringify(Object.keys(Module._cache)));`;
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
    encoding: 'utf8',
    cwd: fileURLToPath(new URL('../../..', import.meta.url)),
  });
  const loaded = JSON.parse(output) as readonly string[];
  expect(loaded.length).toBeGreaterThan(10);
  expect(loaded.filter((path) => /@opentelemetry.(?!api.)/.test(path))).toEqual([]);
});

async function traced(
  settings: Parameters<typeof startScriptedServer>[0] = {},
): Promise<{ readonly server: ScriptedServer; readonly receiver: OtlpReceiver }> {
  const receiver = await startOtlpReceiver();
  return { server: await startScriptedServer({ otlpEndpoint: receiver.url, ...settings }), receiver };
}

/** Holds a session, and returns its name. */
async function speak(
  { url }: ScriptedServer,
  headers: Readonly<Record<string, string>> = {},
): Promise<string> {
  const client = await connectOptedIn(url, { headers });
  const [ready] = client.all('ready');
  client.send(silence(1));
  client.send({ type: 'stop' });
  await client.next('stopped');
  client.socket.close(1000);
  await client.closed;
  return String(ready?.sessionId);
}

function logLines({ log }: ScriptedServer): readonly Record<string, unknown>[] {
  return log()
    .split('\n')
    .flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Record<string, unknown>]));
}
