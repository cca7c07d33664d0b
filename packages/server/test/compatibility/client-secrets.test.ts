import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { DeepgramClient } from '@deepgram/sdk';
import OpenAI, { AuthenticationError, BadRequestError, PermissionDeniedError } from 'openai';
import { OpenAIRealtimeWebSocket } from 'openai/realtime/websocket';
import { OpenAIRealtimeWS } from 'openai/realtime/ws';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { createClientSecrets } from '../../src/access/client-secrets.js';
import { createLogins } from '../../src/access/logins.js';
import { loadMasterKeys } from '../../src/records/master-keys.js';
import {
  bearer,
  postJson,
  refusal,
  startGuardedServer,
  type GuardedServer,
} from '../support/guarded-server.js';
import { BY_SERVER } from '../support/access.js';
import { connectRealtime, type RealtimeClient } from '../support/realtime-client.js';
import type { RealtimeEvent } from '../support/realtime-contract.js';
import { startScriptedServer } from '../support/scripted-server.js';
import { startTlsFront } from '../support/tls-front.js';
import { until } from '../support/until.js';

const SESSION = {
  type: 'transcription',
  audio: { input: { format: { type: 'audio/pcmu' }, transcription: { prompt: 'metoprolol' } } },
} as const;

function clientOf({ url }: Pick<GuardedServer, 'url'>, apiKey: string): OpenAI {
  return new OpenAI({ baseURL: `${url}/v1`, apiKey, maxRetries: 0 });
}

async function secretOf(server: GuardedServer, body: OpenAI.Realtime.ClientSecretCreateParams = {}) {
  return (await clientOf(server, await server.keyOf('service')).realtime.clientSecrets.create(body)).value;
}

/** The status with which a handshake is refused, and the code in the answer. */
async function refusalOf(socket: WebSocket): Promise<{ status: number | undefined; code: unknown }> {
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return {
    status: response.statusCode,
    code: (JSON.parse(text) as { readonly error: { readonly code: unknown } }).error.code,
  };
}

function connectWith(server: Pick<GuardedServer, 'url'>, path: string, key: string): WebSocket {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}${path}`, { headers: bearer(key) });
  socket.on('error', () => undefined);
  onTestFinished(() => {
    socket.terminate();
  });
  return socket;
}

test('a secret opens several sockets, each of which begins with the session in the order', async () => {
  const server = await startGuardedServer();
  const key = await server.keyOf('service');
  const before = Math.floor(Date.now() / 1000);
  const { value, expires_at, session } = await clientOf(server, key).realtime.clientSecrets.create({
    expires_after: { anchor: 'created_at', seconds: 60 },
    session: SESSION,
  });
  expect(value).toMatch(/^ek_[\w-]+$/);
  expect(expires_at).toBeGreaterThanOrEqual(before + 60);
  expect(session).toMatchObject({
    type: 'transcription',
    id: expect.stringMatching(/^sess_/) as string,
    audio: {
      input: {
        format: { type: 'audio/pcmu' },
        transcription: { model: 'scripted', language: 'en', prompt: 'metoprolol' },
        turn_detection: { type: 'server_vad', silence_duration_ms: 500 },
      },
    },
  });
  const clients = await Promise.all([1, 2].map(() => connectRealtime(server.url, { apiKey: value })));
  for (const { events } of clients)
    expect(events[0]).toMatchObject({ session: { audio: { input: { format: { type: 'audio/pcmu' } } } } });
  clients[0]?.append(new Uint8Array(800));
  await until(() => server.recognizer.streams.length === 1);
  expect(server.recognizer.streams[0]?.options).toMatchObject({ encoding: 'mulaw', keyTerms: { count: 1 } });
  const [made] = (await server.audited()).filter(({ action }) => action === 'client-secret.create');
  const [opened] = (await server.audited()).filter(({ action }) => action === 'session.start');
  expect(made).toMatchObject({ outcome: 'success', subject: expect.stringMatching(/^key:/) as string });
  expect(opened?.subject).toBe(made?.subject);
  expect(server.log()).not.toContain(value.slice(3, 40));
});

test('the class of the SDK for browsers shows a secret among the subprotocols', async () => {
  const server = await startGuardedServer();
  const value = await secretOf(server);
  const front = await startTlsFront(server.url);
  const opened: WebSocket[] = [];
  class TrustingSocket extends WebSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols, { ca: front.ca });
      opened.push(this);
    }
  }
  vi.stubGlobal('WebSocket', TrustingSocket);
  onTestFinished(() => {
    vi.unstubAllGlobals();
    for (const socket of opened) socket.terminate();
  });
  const openai = new OpenAI({ baseURL: `${front.url}/v1`, apiKey: value });
  const client = new OpenAIRealtimeWebSocket({ model: 'gpt-4o-transcribe' }, openai);
  const first = await new Promise<RealtimeEvent>((resolve) => {
    client.on('event', (event) => {
      resolve(event as unknown as RealtimeEvent);
    });
  });
  expect(first.type).toBe('session.created');
  // The one that holds the secret is never selected.
  expect(opened[0]?.protocol).toBe('realtime');
});

test('a secret is good for nothing else', async () => {
  const server = await startGuardedServer();
  const secret = await secretOf(server);
  await connectRealtime(server.url, { apiKey: secret });
  const headers = bearer(secret);
  for (const path of ['/api/v1/identity', '/api/v1/sessions', '/v1/models'])
    expect((await fetch(`${server.url}${path}`, { headers })).status, path).toBe(401);
  for (const path of ['/api/v1/tickets', '/v1/realtime/client_secrets', '/v1/auth/grant'])
    expect((await postJson(`${server.url}${path}`, {}, headers)).status, path).toBe(401);
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/ws/transcribe`, 'auscult.v1', {
    headers,
  });
  const [code] = (await once(socket, 'close')) as [number];
  expect(code).toBe(4401);
});

test('a secret expires, but what was opened with it goes on', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const server = await startGuardedServer();
  const value = await secretOf(server, { expires_after: { seconds: 10 } });
  const client = await connectRealtime(server.url, { apiKey: value });
  vi.setSystemTime(Date.now() + 11_000);
  expect(await refusalOf(connectWith(server, '/v1/realtime', value))).toEqual({
    status: 401,
    code: 'invalid_api_key',
  });
  client.append(new Uint8Array(24_000));
  client.send({ type: 'input_audio_buffer.commit' });
  await client.next('conversation.item.input_audio_transcription.completed');
});

test('a secret is gone when the key of whoever issued it is, and so are its sockets', async () => {
  const server = await startGuardedServer({ revalidateSeconds: '1' });
  const value = await secretOf(server);
  const client = await connectRealtime(server.url, { apiKey: value });
  const [key] = await server.apiKeys.list();
  await server.apiKeys.revoke(key?.id ?? '', BY_SERVER);
  expect(await refusalOf(connectWith(server, '/v1/realtime', value))).toMatchObject({ status: 401 });
  expect(await client.next('error')).toMatchObject({ error: { code: 'credential_expired' } });
  expect(await client.closed).toBe(1008);
});

test('every server with the same master key and database accepts a secret, and none that was changed', async () => {
  const server = await startGuardedServer();
  const value = await secretOf(server, { session: SESSION });
  const { dataDirectory, apiKeys, services } = server;
  const masterKeys = await loadMasterKeys(
    { dataDirectory, masterKeyFile: undefined, masterKeyCommand: undefined },
    {},
  );
  const logins = createLogins({ loginIdleMinutes: 30, loginHours: 12 }, services);
  const other = createClientSecrets({ masterKeys, apiKeys, logins, audit: services.audit });
  expect(await other.authenticate(value)).toMatchObject({
    ok: true,
    authentication: { identity: { kind: 'key', role: 'service' }, sessionSettings: SESSION },
  });
  const at = value.length - 20;
  const changed = `${value.slice(0, at)}${value[at] === 'A' ? 'B' : 'A'}${value.slice(at + 1)}`;
  for (const bad of [changed, value.slice(0, -4), `${value}AAAA`, 'ek_', `ek_${'A'.repeat(200)}`, '']) {
    expect(await other.authenticate(bad)).toMatchObject({ ok: false, code: 'unauthenticated' });
    expect(other.read(bad)).toBeUndefined();
  }
});

describe('an order for a secret is refused', () => {
  test.each([
    ['of too short a time', { expires_after: { seconds: 9 } }, 'expires_after.seconds'],
    ['of too long a time', { expires_after: { seconds: 7201 } }, 'expires_after.seconds'],
    ['of a session that answers', { session: { type: 'realtime' } }, 'session.type'],
    ['with a language that the model does not know', LANGUAGE('tlh'), 'language'],
    ['with too long a session', LANGUAGE('en', 'a, '.repeat(2000)), 'session'],
  ] as const)('%s', async (_name, body, param) => {
    const server = await startGuardedServer();
    const openai = clientOf(server, await server.keyOf('service'));
    const made = openai.realtime.clientSecrets.create(body as OpenAI.Realtime.ClientSecretCreateParams);
    const error: unknown = await made.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(BadRequestError);
    expect(error).toMatchObject({ param });
  });

  test('of somebody who may not speak, or is not known', async () => {
    const server = await startGuardedServer();
    const create = (key: string) => clientOf(server, key).realtime.clientSecrets.create({});
    await expect(create(await server.keyOf('auditor'))).rejects.toBeInstanceOf(PermissionDeniedError);
    await expect(create('ausk_wrong')).rejects.toBeInstanceOf(AuthenticationError);
  });
});

function LANGUAGE(language: string, prompt = '') {
  return { session: { type: 'transcription', audio: { input: { transcription: { language, prompt } } } } };
}

test('the beta interface has a path of its own, with flat fields', async () => {
  const server = await startGuardedServer();
  const openai = clientOf(server, await server.keyOf('service'));
  const session = await openai.beta.realtime.transcriptionSessions.create({
    input_audio_format: 'g711_alaw',
    client_secret: { expires_at: { anchor: 'created_at', seconds: 30 } },
  });
  expect(session).toMatchObject({
    input_audio_format: 'g711_alaw',
    input_audio_transcription: { model: 'scripted' },
    turn_detection: { type: 'server_vad' },
    client_secret: {
      value: expect.stringMatching(/^ek_/) as string,
      expires_at: expect.any(Number) as number,
    },
  });
  const client: RealtimeClient = await connectRealtime(server.url, {
    apiKey: session.client_secret.value,
    headers: { 'OpenAI-Beta': 'realtime=v1' },
  });
  expect(client.events[0]).toMatchObject({ session: { input_audio_format: 'g711_alaw' } });
});

test('the SDK of Deepgram is granted a token for a time that it asks for', async () => {
  const server = await startGuardedServer();
  const deepgram = new DeepgramClient({ apiKey: await server.keyOf('service'), baseUrl: server.url });
  expect(await deepgram.auth.v1.tokens.grant()).toMatchObject({
    access_token: expect.stringMatching(/^ek_/) as string,
    expires_in: 30,
  });
  const { access_token: token } = await deepgram.auth.v1.tokens.grant({ ttl_seconds: 60 });
  await connectRealtime(server.url, { apiKey: token });
  await once(connectWith(server, '/v1/listen?encoding=linear16&sample_rate=16000', token), 'open');
  await expect(deepgram.auth.v1.tokens.grant({ ttl_seconds: 3601 })).rejects.toMatchObject({
    statusCode: 400,
  });
  const { status } = await postJson(`${server.url}/v1/auth/grant`, {});
  expect(status).toBe(401);
});

test('without authentication any key is taken, and a secret still says how its sessions begin', async () => {
  const server = await startScriptedServer();
  await connectRealtime(server.url, { apiKey: 'whatever' });
  const openai = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'whatever' });
  const { value } = await openai.realtime.clientSecrets.create({ session: SESSION });
  const client = await connectRealtime(server.url, { apiKey: value });
  expect(client.events[0]).toMatchObject({
    session: { audio: { input: { format: { type: 'audio/pcmu' } } } },
  });
});

test.each([
  ['a key that is not known', 'ausk_wrong', '/v1/realtime?model=x', 401, 'invalid_api_key'],
  ['a role that may not speak', 'auditor', '/v1/realtime?model=x', 403, 'forbidden'],
  ['a call', 'service', '/v1/realtime?call_id=rtc_1', 400, 'parameter_refused'],
])('%s is refused before the upgrade', async (_name, who, path, status, code) => {
  const server = await startGuardedServer();
  const key = who === 'auditor' || who === 'service' ? await server.keyOf(who) : who;
  expect(await refusalOf(connectWith(server, path, key))).toEqual({ status, code });
  expect((await server.audited()).filter(({ action }) => action === 'session.start')).toEqual([]);
});

test('the SDK is told the status of a refusal', async () => {
  const server = await startGuardedServer();
  const front = await startTlsFront(server.url);
  const openai = new OpenAI({ baseURL: `${front.url}/v1`, apiKey: 'ausk_wrong' });
  const socket = new OpenAIRealtimeWS({ model: 'whisper-1', options: { ca: front.ca } }, openai);
  const error = await new Promise<Error>((resolve) => {
    socket.on('error', resolve);
  });
  expect(error.message).toContain('401');
});

test.each(['/v1/realtime/calls', '/v1/realtime/sessions', '/v1/realtime/translations', '/v1/live'])(
  '%s says that there is no such thing',
  async (path) => {
    const { url } = await startScriptedServer();
    expect(await refusal(await postJson(`${url}${path}`, {}))).toEqual({ status: 404, code: 'not_offered' });
  },
);
