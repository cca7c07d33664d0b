import { expect, test } from 'vitest';
import { NOT_WHOLE } from '../../src/records/transcript-of.js';
import { tamper } from '../support/audit.js';
import { connectOptedIn, silence } from '../support/client.js';
import { startScriptedServer } from '../support/scripted-server.js';
import { until } from '../support/until.js';

test('a session is found, read, corrected, exported, held and destroyed', async () => {
  const { id, request } = await recorded(['good morning', 'my knee']);
  const { body: record } = await request(`/${id}`);
  expect(record).toMatchObject({ id, finals: 2, held: false });

  const corrected = await request(`/${id}/segments/1/versions`, 'POST', { version: 1, text: 'my left knee' });
  expect(corrected).toMatchObject({ status: 201, body: { version: 2, writtenBy: 'local' } });
  const again = await request(`/${id}/segments/1/versions`, 'POST', { version: 1, text: 'my right knee' });
  expect(again).toMatchObject({ status: 409, body: { error: { code: 'record_changed' } } });

  expect((await request(`/${id}/export`)).text).toBe('good morning\nmy left knee\n');
  expect((await request(`/${id}/export?format=json`)).body).toMatchObject({
    id,
    text: 'good morning my left knee',
  });
  expect((await request(`/${id}/export?format=srt`)).text).toContain('-->');
  const fhir = await request(`/${id}/export?format=fhir`);
  expect(fhir.type).toContain('application/fhir+json');
  const { resourceType, status, content } = fhir.body as {
    resourceType: string;
    status: string;
    content: [{ attachment: { data: string; contentType: string } }];
  };
  expect([resourceType, status]).toEqual(['DocumentReference', 'current']);
  expect(Buffer.from(content[0].attachment.data, 'base64').toString()).toBe('good morning my left knee');

  expect((await request(`/${id}/hold`, 'PUT')).status).toBe(204);
  expect(await request(`/${id}`, 'DELETE')).toMatchObject({
    status: 409,
    body: { error: { code: 'record_on_hold' } },
  });
  expect((await request(`/${id}/hold`, 'DELETE')).status).toBe(204);
  expect((await request(`/${id}`, 'DELETE')).status).toBe(204);
  expect(await request(`/${id}`)).toMatchObject({
    status: 404,
    body: { error: { code: 'record_not_found' } },
  });
});

test('wrong requests are refused with a code, and nothing of them is repeated', async () => {
  const { id, request } = await recorded(['good morning']);
  for (const [path, method, body, code] of [
    ['/..%2F..%2Fetc%2Fpasswd/export', 'GET', undefined, 'record_not_found'],
    [`/${id}/export?format=../../etc`, 'GET', undefined, 'invalid_request'],
    ["?owner=' or 1=1 --&limit=0", 'GET', undefined, 'invalid_request'],
    ['?after=secret-word', 'GET', undefined, 'invalid_request'],
    [`/${id}/segments/0/versions`, 'POST', { version: 1, text: 'secret-word', more: 1 }, 'invalid_request'],
    [`/${id}/segments/7/versions`, 'POST', { version: 1, text: 'secret-word' }, 'record_not_found'],
    ["/'; drop table sessions; --", 'DELETE', undefined, 'record_not_found'],
  ] as const) {
    const answer = await request(path, method, body);
    expect(answer.body).toMatchObject({ error: { code } });
    expect(answer.text).not.toContain('secret-word');
  }
  expect((await request('')).body).toMatchObject({ sessions: [{ id }] });
});

test('the export of a shortened record is refused, or marked in every format on request', async () => {
  const { id, request, server } = await recorded(['good morning', 'my knee', 'my hip']);
  const ready = async (): Promise<unknown> => (await fetch(`${server.url}/health/ready`)).json();
  expect(await ready()).toMatchObject({ degraded: [] });
  await tamper({ ...server, database: undefined }, 'delete from segments where place = 1');

  for (const format of ['text', 'json', 'srt', 'vtt', 'fhir']) {
    expect(await request(`/${id}/export?format=${format}`)).toMatchObject({
      status: 500,
      body: { error: { code: 'record_damaged', field: 'damaged', limit: 'show' } },
    });
  }
  const left = async (format: string) => request(`/${id}/export?format=${format}&damaged=show`);
  expect((await left('text')).text).toBe(`${NOT_WHOLE}\ngood morning\nmy hip\n${NOT_WHOLE}\n`);
  expect((await left('json')).body).toMatchObject({ isWhole: false, text: 'good morning my hip' });
  const words = NOT_WHOLE.split(' ').join('\\s+');
  for (const format of ['srt', 'vtt'])
    expect((await left(format)).text).toMatch(
      new RegExp(`${words}[^]*good morning[^]*my hip[^]*${words}\\s*$`),
    );
  const { description, content } = (await left('fhir')).body as {
    description: string;
    content: [{ attachment: { data: string } }];
  };
  expect(description).toBe(NOT_WHOLE);
  expect(Buffer.from(content[0].attachment.data, 'base64').toString()).toBe(
    `${NOT_WHOLE} good morning my hip ${NOT_WHOLE}`,
  );

  expect(await ready()).toMatchObject({ status: 'ready', degraded: ['rows-refused'] });
  expect(await (await fetch(`${server.url}/metrics`)).text()).toContain(
    'auscult_rows_refused_total{table="sessions",reason="shortened"}',
  );
});

test('kept audio is a WAV file', async () => {
  const { id, request } = await recorded(['good morning'], { keepAudio: 'true' });
  const { type, bytes } = await request(`/${id}/audio`);
  expect(type).toBe('audio/wav');
  expect(bytes.toString('latin1', 0, 4)).toBe('RIFF');
  expect((await request(`/${id}`)).body).toMatchObject({ audio: [{ channel: 0, seconds: 1 }] });
  expect(bytes).toHaveLength(44 + 2 * 16_000);

  const part = async (range: string) => {
    const answer = await request(`/${id}/audio`, 'GET', undefined, { range });
    return [answer.status, answer.bytes.toString('hex')];
  };
  const from = (begin: number, end?: number) => [206, bytes.subarray(begin, end).toString('hex')];
  expect(await part('bytes=0-0')).toEqual(from(0, 1));
  expect(await part('bytes=40-59')).toEqual(from(40, 60));
  expect(await part('bytes=20000-')).toEqual(from(20_000));
  expect(await part('bytes=-100')).toEqual(from(bytes.length - 100));
  expect(await part('bytes=44-99999999')).toEqual(from(44));
  expect(await part('bytes=9-3')).toEqual([200, bytes.toString('hex')]);
  expect(await request(`/${id}/audio`, 'GET', undefined, { range: 'bytes=99999999-' })).toMatchObject({
    status: 416,
    body: { error: { code: 'range_not_satisfiable' } },
  });
});

test('pages of other sites are refused', async () => {
  const { request } = await recorded([]);
  const answer = await request('', 'GET', undefined, { origin: 'https://evil.example' });
  expect(answer).toMatchObject({ status: 403, body: { error: { code: 'origin_not_allowed' } } });
});

/** A server with one session that has ended. */
async function recorded(texts: readonly string[], overrides: Parameters<typeof startScriptedServer>[0] = {}) {
  const server = await startScriptedServer(overrides);
  const client = await connectOptedIn(server.url);
  const id = client.all('ready')[0]?.sessionId ?? '';
  client.send(silence(1));
  await until(() => server.recognizer.streams.length > 0);
  for (const text of texts) server.recognizer.streams[0]?.final(text);
  while (client.all('transcription').length < texts.length) await client.next('transcription');
  client.socket.close();
  const request = async (
    path: string,
    method = 'GET',
    body?: object,
    headers: Record<string, string> = {},
  ) => {
    const response = await fetch(`${server.url}/api/v1/sessions${path}`, {
      method,
      headers: { ...headers, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    const text = bytes.toString();
    return {
      status: response.status,
      type: response.headers.get('content-type') ?? '',
      text,
      bytes,
      body: /^[{[]/.test(text) ? (JSON.parse(text) as unknown) : undefined,
    };
  };
  await until(async () => JSON.stringify((await request('')).body).includes('endedAt'));
  return { id, request, server };
}
