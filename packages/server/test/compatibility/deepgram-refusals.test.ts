import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { DeepgramClient } from '@deepgram/sdk';
import { createClient, LiveTranscriptionEvents } from 'deepgram-sdk-4';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket, type ClientOptions } from 'ws';
import { silence } from '../support/client.js';
import { startGuardedServer, type GuardedServer } from '../support/guarded-server.js';
import { listenOnly, startScriptedServer } from '../support/scripted-server.js';
import { until } from '../support/until.js';

const LINEAR = 'encoding=linear16&sample_rate=16000';

describe('before a live session of a client of Deepgram is opened', () => {
  test('whatever would not be done as asked is refused with 400 and named', async () => {
    const server = await startScriptedServer();
    for (const [query = '', field = ''] of [
      [`${LINEAR}&redact=pci`, 'redact'],
      [`${LINEAR}&callback=http%3A%2F%2Fexample.com`, 'callback'],
      ['encoding=speex', 'encoding'],
      ['encoding=linear16', 'sample_rate'],
      [`${LINEAR}&channels=3`, 'channels'],
      [`${LINEAR}&utterance_end_ms=20000`, 'utterance_end_ms'],
      [`${LINEAR}&language=tlh`, 'language'],
      [`${LINEAR}&language=multi`, 'language'],
      [`${LINEAR}&keyterm=a&keyterm=a%20b%20c%20d%20e%20f%20g%20h%20i`, 'keyterm.1'],
      [`${LINEAR}&interim_results=maybe`, 'interim_results'],
    ]) {
      const refused = await refusalOf(`${server.url}/v1/listen?${query}`);
      expect(refused).toMatchObject({ status: 400, body: { err_code: 'INVALID_QUERY_PARAMETER' } });
      expect(refused.headers['dg-error']).toMatch(new RegExp(`^${field}: `));
      expect(refused.headers['dg-request-id']).toBe(refused.body.request_id);
      expect(refused.body.err_msg).toBe(refused.headers['dg-error']);
    }
    expect(await server.metrics()).toContain('auscult_sessions 0\n');
  });

  test('a path that is somewhere else, or only with others, is answered with 404 and the reason', async () => {
    const server = await startScriptedServer();
    for (const [path = '', reason] of [
      ['/listen', 'base URL'],
      ['/v2/listen', 'Flux'],
      ['/v1/speak', 'speak'],
      ['/v1/agent/converse', 'agents'],
    ]) {
      const refused = await refusalOf(`${server.url}${path}`);
      expect(refused).toMatchObject({ status: 404, body: { err_code: 'NOT_FOUND' } });
      expect(refused.headers['dg-error']).toContain(reason);
    }
  });

  test('a client that cannot be taken now is told so, with a time to come back', async () => {
    const early = await listenOnly({});
    const refused = await refusalOf(`${early.url}/v1/listen?${LINEAR}`);
    expect(refused).toMatchObject({ status: 503, body: { err_code: 'SERVICE_UNAVAILABLE' } });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  });

  test('nothing is there unless the settings name the service', async () => {
    const server = await startScriptedServer({ compatibility: 'openai' });
    expect(await refusalOf(`${server.url}/v1/listen?${LINEAR}`)).toMatchObject({ status: 404 });
  });
});

test('the answer to a handshake names the session, the model that runs and what is not done', async () => {
  const server = await startScriptedServer();
  const socket = new WebSocket(
    `${server.url.replace('http', 'ws')}/v1/listen?${LINEAR}&detect_entities=true&endpointing=9`,
  );
  const opened = once(socket, 'open');
  const [{ headers }] = (await once(socket, 'upgrade')) as [IncomingMessage];
  expect(headers).toMatchObject({
    'auscult-model': 'scripted',
    'auscult-warnings': 'detect_entities: entities are not marked; endpointing: 200 ms is the least',
  });
  await opened;
  socket.send('{"type":"CloseStream"}');
  const [frame] = (await once(socket, 'message')) as [Buffer];
  expect(JSON.parse(frame.toString())).toMatchObject({ request_id: headers['dg-request-id'] });
});

describe('the key of a client of Deepgram', () => {
  test('is taken from each place in which its SDKs put it, and the session tells who it is', async () => {
    const server = await startGuardedServer();
    const key = await server.keyOf('service');
    const shown: readonly [ClientOptions['headers'], string[]][] = [
      [{ authorization: `Token ${key}` }, []],
      [{ authorization: `token ${key}` }, []],
      [{ authorization: `bearer ${key}` }, []],
      [{ authorization: `Basic ${Buffer.from(`any:${key}`).toString('base64')}` }, []],
      [{}, ['token', key]],
      [{}, ['bearer', key]],
      [{}, ['token', key, 'x-deepgram-session-id', '5e5510b1-0000-4000-8000-000000000000']],
      [{}, ['realtime', `openai-insecure-api-key.${key}`]],
    ];
    for (const [headers, protocols] of shown) {
      const socket = await open(server, protocols, headers);
      expect(socket.protocol).toBe(protocols[0] ?? '');
      socket.close(1000);
    }
  });

  test('is not taken from these places elsewhere', async () => {
    const server = await startGuardedServer();
    const key = await server.keyOf('service');
    const headers = { authorization: `Token ${key}` };
    expect((await fetch(`${server.url}/api/v1/sessions`, { headers })).status).toBe(401);
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/ws/transcribe`, [
      'auscult.v1',
      'token',
      key,
    ]);
    const [frame] = (await once(socket, 'message')) as [Buffer];
    expect(JSON.parse(frame.toString())).toMatchObject({ code: 'unauthenticated' });
  });

  test('is in no log and no record, and is refused with 401 if it is wrong, however often', async () => {
    const server = await startGuardedServer();
    const key = await server.keyOf('service');
    const wrong = `${key.slice(0, -4)}AAAA`;
    for (let attempt = 0; attempt < 30; attempt++) {
      const refused = await refusalOf(`${server.url}/v1/listen?${LINEAR}`, {
        headers: { authorization: `Token ${wrong}` },
      });
      expect([401, 429]).toContain(refused.status);
      if (refused.status === 429) expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
      else expect(refused.body.err_code).toBe('INVALID_AUTH');
    }
    const failures = (await server.audited()).filter(({ outcome }) => outcome !== 'success');
    expect(failures.length).toBeLessThan(30);
    // Nobody else pays for it.
    const socket = await open(server, ['token', key]);
    socket.send(silence(0.5));
    socket.send('{"type":"CloseStream"}');
    await once(socket, 'close');
    const records = await (
      await fetch(`${server.url}/api/v1/sessions`, { headers: { authorization: `Bearer ${key}` } })
    ).text();
    for (const text of [server.log(), records, JSON.stringify(await server.audited())])
      for (const secret of [key, wrong]) expect(text).not.toContain(secret.slice(-20));
  });

  test('does not let a foreign page in, nor does a login without it', async () => {
    const server = await startGuardedServer();
    const key = await server.keyOf('service');
    const headers = { origin: 'https://elsewhere.example' };
    const refused = await refusalOf(`${server.url}/v1/listen?${LINEAR}`, { headers }, ['token', key]);
    expect(refused).toMatchObject({ status: 403, body: { err_code: 'INSUFFICIENT_PERMISSIONS' } });
    const cookie = { cookie: 'auscult_session=any; __Host-auscult_session=any' };
    expect(
      (await refusalOf(`${server.url}/v1/listen?${LINEAR}`, { headers: { ...headers, ...cookie } })).status,
    ).toBe(403);
    expect((await refusalOf(`${server.url}/v1/listen?${LINEAR}`)).status).toBe(401);
  });

  test('is not read where nobody has to authenticate', async () => {
    const server = await startScriptedServer();
    const socket = await open(server, ['token', 'anything-at-all']);
    expect(socket.protocol).toBe('token');
  });
});

describe('the SDK of Deepgram', () => {
  test('5 is told why its handshake was refused, and does not try again', async () => {
    const server = await startScriptedServer();
    const client = new DeepgramClient({ apiKey: 'any', baseUrl: server.url });
    const socket = await client.listen.v1.connect({
      model: 'nova-3',
      encoding: 'speex',
      reconnectAttempts: 0,
    });
    const failed = new Promise<Error>((resolve) => {
      socket.on('error', resolve);
    });
    socket.connect();
    expect((await failed).message).toContain('400');
    socket.close();
  });

  test.each([
    ['in a header', undefined],
    ['among the subprotocols, as in browsers', WebSocket],
  ])('4 shows its key %s, and hears what was said', async (_where, transport) => {
    const server = await startGuardedServer();
    const key = await server.keyOf('service');
    const client = createClient(key, { global: { url: server.url } });
    const before = globalThis.WebSocket;
    if (transport !== undefined)
      globalThis.WebSocket = transport as unknown as typeof WebSocket & typeof before;
    onTestFinished(() => {
      globalThis.WebSocket = before;
    });
    const live = client.listen.live({ model: 'nova-2', encoding: 'linear16', sample_rate: 16_000 });
    const said: string[] = [];
    const closed = new Promise<number>((resolve) => {
      live.on(LiveTranscriptionEvents.Close, ({ code }: { readonly code: number }) => {
        resolve(code);
      });
    });
    live.on(LiveTranscriptionEvents.Transcript, (message: Transcript) => {
      said.push(message.channel.alternatives[0].transcript);
    });
    live.on(LiveTranscriptionEvents.Metadata, () => said.push('metadata'));
    await new Promise<void>((resolve) => {
      live.on(LiveTranscriptionEvents.Open, () => {
        resolve();
      });
    });
    live.send(Uint8Array.from(silence(0.5)).buffer);
    await until(() => server.recognizer.streams.length === 1);
    live.finalize();
    live.requestClose();
    expect(await closed).toBe(1000);
    expect(said).toEqual(['heard 1', 'metadata']);
  });
});

interface Transcript {
  readonly channel: { readonly alternatives: readonly [{ readonly transcript: string }] };
}

async function open(
  { url }: Pick<GuardedServer, 'url'>,
  protocols: string[],
  headers: ClientOptions['headers'] = {},
): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/listen?${LINEAR}`, protocols, { headers });
  onTestFinished(() => {
    socket.terminate();
  });
  await once(socket, 'open');
  return socket;
}

interface RefusalBody {
  readonly err_code: string;
  readonly err_msg: string;
  readonly request_id: string;
}

/** The answer to a handshake in place of the upgrade. */
async function refusalOf(url: string, options: ClientOptions = {}, protocols: string[] = []) {
  const socket = new WebSocket(url.replace('http', 'ws'), protocols, options);
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
  let text = '';
  for await (const chunk of response) text += String(chunk);
  const { statusCode: status, headers } = response;
  return { status, headers, body: JSON.parse(text) as RefusalBody };
}
