import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { newMasterKey } from '../../src/records/master-keys.js';
import { expectNoTrace } from '../support/canary-scene.js';
import { connectOptedIn, silence, type Client } from '../support/client.js';
import { temporaryDirectory } from '../support/databases.js';
import { startMachine } from '../support/inference-machine.js';
import { resumeAt, streamOf, taken } from '../support/moved-client.js';
import { natsMissing, startNats } from '../support/nats.js';
import { startOtlpReceiver, type OtlpReceiver, type ReceivedSpan } from '../support/otlp-receiver.js';
import { startRealServer, type RealServer } from '../support/real-server.js';
import { startScriptedServer } from '../support/scripted-server.js';
import { loadSpeech, speak } from '../support/speech.js';
import { until } from '../support/until.js';

const PARTS = ['voice activity', 'hearing', 'commit', 'send'];
const PARTS_OF_HEARING = ['waiting', 'encoding', 'decoding', 'terms'];

test(
  'a session is one trace down to the parts of each utterance, without a word',
  { timeout: 240_000 },
  async () => {
    const phrase = await loadSpeech('dictation/joe_s003');
    const receiver = await startOtlpReceiver();
    await expectNoTrace(phrase, {
      name: 'a collector',
      flags: ['--otlp-endpoint', receiver.url],
      inject: async ({ server, client, open, sayAgain, overhear }) => {
        const other = await open();
        other.send({ type: 'configure', keyterms: ['apixaban', 'atrial fibrillation'] });
        await other.next('ready');
        await sayAgain(other);
        await close(other);
        await close(client);
        await until(() => receiver.named('session').length === 2);
        // The second pass over what was said.
        await until(() => receiver.named('transcription').length >= 2);
        for (const session of receiver.named('session')) expectWholeTrace(receiver, session);
        expectHeardUtterances(receiver);
        const lines = server.output().split('\n');
        const closed = lines.find((line) => line.includes('"event":"session closed"')) ?? '';
        expect(receiver.named('session').map(({ traceId }) => traceId)).toContain(
          (JSON.parse(closed) as { readonly trace?: string }).trace,
        );
        expect(server.output()).not.toContain('traces cannot be sent');
        overhear(receiver.bodies());
      },
    });
  },
);

test.skipIf(natsMissing !== undefined)(
  'the work of another machine is part of the trace of the session',
  { timeout: 240_000 },
  async () => {
    const nats = await startNats();
    const folder = mkdtempSync(join(tmpdir(), 'auscult-keys-'));
    onTestFinished(async () => {
      await nats.stop();
      rmSync(folder, { recursive: true });
    });
    const masterKey = join(folder, 'master.key');
    writeFileSync(masterKey, newMasterKey());
    const receiver = await startOtlpReceiver();
    const shared = ['--cluster', nats.url, '--otlp-endpoint', receiver.url];
    const machine = startMachine(...shared, '--server-name', 'heavy');
    const server = await startRealServer('--inference', 'cluster', '--master-key-file', masterKey, ...shared);
    await machine;
    await until(async () => /^auscult_pool_capacity [1-9]/m.test(await metricsOf(server)));
    const client = await connectOptedIn(server.url);
    await speak(client, (await loadSpeech('jfk/jfk')).pcm, 4);
    client.send({ type: 'stop' });
    await client.next('stopped');
    await close(client);
    await until(() => receiver.named('session').length === 1 && receiver.named('serve inference').length > 0);
    const [session] = receiver.named('session');
    if (!session) throw new Error('there is no session');
    expectWholeTrace(receiver, session);
    const utterances = new Set(receiver.named('utterance').map(({ spanId }) => spanId));
    for (const served of receiver.named('serve inference')) {
      expect(served).toMatchObject({
        traceId: session.traceId,
        resource: { 'auscult.program': 'work', 'service.instance.id': 'heavy' },
      });
      expect(utterances).toContain(served.parentSpanId);
    }
  },
);

test('a session that goes on in another process stays in its trace', { timeout: 60_000 }, async () => {
  const receiver = await startOtlpReceiver();
  const dataDirectory = temporaryDirectory();
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
  const settings = { dataDirectory, otlpEndpoint: receiver.url, trustedProxies: '127.0.0.1' };
  const former = await startScriptedServer(settings);
  const headers = { traceparent: `00-${traceId}-00f067aa0ba902b7-01` };
  const client = await connectOptedIn(former.url, { headers });
  const [ready] = client.all('ready');
  if (!ready) throw new Error('it is not ready');
  client.send(silence(1));
  await taken(await streamOf(former), 1);
  await former.app.drain();
  await client.closed;
  await former.app.close();
  expect(receiver.named('session')).toMatchObject([{ traceId, attributes: { 'auscult.moved': false } }]);

  const next = await startScriptedServer(settings);
  const back = await resumeAt(next, ready, [0]);
  await back.next('resumed');
  await close(back);
  await next.app.close();
  const [first, second] = receiver.named('session');
  expect(second).toMatchObject({
    traceId,
    parentSpanId: first?.spanId,
    attributes: { 'auscult.session': ready.sessionId, 'auscult.moved': true },
  });
});

/** Expects that each utterance of the session has all of its parts, one within the other. */
function expectWholeTrace(receiver: OtlpReceiver, session: ReceivedSpan): void {
  const below = (parent: ReceivedSpan): readonly ReceivedSpan[] =>
    receiver.spans().filter(({ parentSpanId }) => parentSpanId === parent.spanId);
  const utterances = below(session).filter(
    ({ name, attributes }) => name === 'utterance' && attributes['auscult.outcome'] === 'final',
  );
  expect(utterances.length).toBeGreaterThan(0);
  for (const utterance of utterances) {
    expect(utterance.traceId).toBe(session.traceId);
    const parts = below(utterance);
    expect(parts.map(({ name }) => name)).toEqual(expect.arrayContaining(PARTS));
    const final = parts.find(
      ({ name, attributes }) => name === 'hearing' && attributes['auscult.purpose'] !== 'partial',
    );
    if (!final) throw new Error('no hearing for a final');
    expect(below(final).map(({ name }) => name)).toEqual(PARTS_OF_HEARING);
    for (const part of below(final)) {
      expect(part.to).toBeGreaterThanOrEqual(part.from);
      expect(part.to).toBeLessThanOrEqual(final.to);
    }
  }
}

/** Expects that recordings have utterances, with all parts of their hearings. */
function expectHeardUtterances(receiver: OtlpReceiver): void {
  const transcribing = new Set(receiver.named('transcribing').map(({ spanId }) => spanId));
  const utterances = receiver
    .named('utterance')
    .filter(({ parentSpanId = '' }) => transcribing.has(parentSpanId));
  expect(utterances.length).toBeGreaterThan(0);
  const own = new Set(utterances.map(({ spanId }) => spanId));
  const hearings = receiver.named('hearing').filter(({ parentSpanId = '' }) => own.has(parentSpanId));
  expect(hearings.length).toBeGreaterThan(0);
  for (const hearing of hearings) {
    const parts = receiver.spans().filter(({ parentSpanId }) => parentSpanId === hearing.spanId);
    expect(parts.map(({ name }) => name)).toEqual(PARTS_OF_HEARING);
  }
}

async function metricsOf({ url }: RealServer): Promise<string> {
  return (await fetch(`${url}/metrics`)).text();
}

async function close(client: Client): Promise<void> {
  client.socket.close(1000);
  await client.closed;
}
