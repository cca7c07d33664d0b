import { clientMessages } from '@auscult/protocol';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { verifyAudit } from '../../src/audit/verify.js';
import { openDatabase, type DatabaseSettings } from '../../src/db/database.js';
import { connectOptedIn, silence } from '../support/client.js';
import { describeDatabases } from '../support/databases.js';
import { startScriptedServer, type ScriptedServer } from '../support/scripted-server.js';
import { formOf } from '../support/upload.js';
import { until } from '../support/until.js';
import { waveFile } from '../support/wave.js';

const HALF_CHARACTER = 'a\ud800b';

/** Text that means something to a database, a file system or a template, and text that they cannot hold. */
const TEXTS = [
  "'; drop table sessions; --",
  "' or '1'='1",
  '" or ""="',
  '1); delete from audit_entries; --',
  "%' union select wrapped from data_keys --",
  "\\'; select pg_sleep(60); --",
  '$$; drop table users; $$',
  '../../../../etc/passwd',
  '{{7*7}}${7*7}',
  'a\u0000b',
  HALF_CHARACTER,
];

/** Numbers at which columns and counters end, and what is no number. */
const NUMBERS = ['2147483648', '9007199254740993', '1e308', '-1', '0.5', 'NaN', '1;drop table sessions'];

/** Requests at a time: many of them wait for the disk. */
const AT_A_TIME = 6;

/** Answers that would mean that the server, and not the request, is at fault. */
const FAULTS = ['internal_error', 'records_unavailable', 'record_failed', 'record_damaged'];

interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly format?: string;
  readonly minLength?: number;
  readonly minimum?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
}

interface Operation {
  readonly parameters?: readonly {
    readonly in: 'path' | 'query' | 'header';
    readonly name: string;
    readonly schema: Schema;
  }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
}

/** A request that follows the description of its route except in one field. */
interface Attempt {
  readonly method: string;
  readonly path: string;
  readonly body?: BodyInit;
  readonly headers?: Readonly<Record<string, string>>;
  /** The name of that field. */
  readonly field: string;
}

describeDatabases('text that looks like a statement', ({ settings }) => {
  test(
    'is treated as text in every field of every route, and changes nothing',
    { timeout: 240_000 },
    async () => {
      const place = settings();
      const server = await startServer(place);
      const id = await recordedSession(server);
      const attempts = [...attemptsOf(await paths(server), id), ...headerAttempts()];
      expect(attempts.length).toBeGreaterThan(200);
      const faults: string[] = [];
      const waiting = attempts.values();
      const attempt = async (): Promise<void> => {
        for (const { method, path, body, headers = {}, field } of waiting) {
          const response = await fetch(server.url + path, { method, headers, ...(body && { body }) });
          const text = await response.text();
          const fault = FAULTS.find((code) => text.includes(`"${code}"`));
          if (fault !== undefined || response.status === 500)
            faults.push(`${method} ${path} ${field}: ${text}`);
        }
      };
      await Promise.all(Array.from({ length: AT_A_TIME }, attempt));
      expect(faults).toEqual([]);
      await expectUntouched(server, place, id);
    },
  );

  test('is treated as text in every field of every message of a socket', async () => {
    const place = settings();
    const server = await startServer(place);
    const id = await recordedSession(server);
    const client = await connectOptedIn(server.url);
    const messages = Object.values(clientMessages).flatMap((schema) =>
      variantsOf(z.toJSONSchema(schema, { io: 'input' }) as Schema),
    );
    expect(messages.length).toBeGreaterThan(50);
    for (const { value } of messages) client.send(JSON.stringify(value));
    client.send({ type: 'stop' });
    await until(() => client.all('stopped').length > 0 || client.socket.readyState === client.socket.CLOSED);
    expect(client.all('error').filter(({ code }) => FAULTS.includes(code))).toEqual([]);
    client.socket.close(1000);
    await expectUntouched(server, place, id);
  });

  test('is kept unchanged in a correction, if it can be stored at all', async () => {
    const server = await startServer(settings());
    const id = await recordedSession(server);
    const path = `${server.url}/api/v1/sessions/${id}`;
    const storable = TEXTS.filter((text) => text !== HALF_CHARACTER && !text.includes('\0'));
    for (const [index, text] of storable.entries()) {
      const response = await fetch(`${path}/segments/0/versions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ version: index + 1, text }),
      });
      expect([text, response.status]).toEqual([text, 201]);
    }
    const { segments } = (await (await fetch(path)).json()) as {
      segments: [{ versions: { text: string }[] }];
    };
    expect(segments[0].versions.slice(1).map(({ text }) => text)).toEqual(storable);
  });
});

function startServer({ database }: DatabaseSettings): Promise<ScriptedServer> {
  const limits = { maxBadMessages: '100000', maxTranscriptionJobs: '1000' };
  return startScriptedServer({ ...limits, database });
}

async function paths({ app }: ScriptedServer): Promise<Readonly<Record<string, Record<string, Operation>>>> {
  return ((await app.openapi()) as { paths: Record<string, Record<string, Operation>> }).paths;
}

function attemptsOf(
  described: Readonly<Record<string, Readonly<Record<string, Operation>>>>,
  id: string,
): readonly Attempt[] {
  return Object.entries(described).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([name, operation]) => {
      const method = name.toUpperCase();
      const bodies = bodiesOf(operation);
      return [
        ...parameterAttempts(path, id, operation).map((attempt) => ({ ...bodies.valid, ...attempt, method })),
        ...bodies.attempts.map((attempt) => ({ ...attempt, method, path: filled(path, id) })),
      ];
    }),
  );
}

function parameterAttempts(
  path: string,
  id: string,
  { parameters = [] }: Operation,
): readonly Pick<Attempt, 'path' | 'field'>[] {
  return parameters.flatMap(({ in: where, name }, place) =>
    shareOf([...TEXTS, ...NUMBERS], place, parameters.length).map((text) => {
      const encoded = text === HALF_CHARACTER ? '%ED%A0%80' : encodeURIComponent(text);
      const query = where === 'query' ? `?${name}=${encoded}` : '';
      return { path: filled(path.replace(`{${name}}`, encoded), id) + query, field: name };
    }),
  );
}

/**
 * The texts that a field meets: a third of them, and fewer the more fields an operation has, since each text then meets
 * others of them. Those with most fields take recordings, each of which is decoded by a process of its own.
 */
function shareOf<Text>(texts: readonly Text[], place: number, fields: number): readonly Text[] {
  const share = Math.min(texts.length, fields <= 4 ? 3 : fields <= 10 ? 6 : 18);
  return texts.filter((_, at) => (at + place) % share === 0);
}

/** Fills the rest of a path with the id and the place of something that exists. */
function filled(path: string, id: string): string {
  return path.replace('{id}', id).replace('{place}', '0');
}

type Body = Pick<Attempt, 'body' | 'headers'>;

function bodiesOf({ requestBody }: Operation): {
  readonly valid: Body;
  readonly attempts: readonly (Body & Pick<Attempt, 'field'>)[];
} {
  const [content] = Object.entries(requestBody?.content ?? {});
  if (content === undefined) return { valid: {}, attempts: [] };
  const [type, { schema }] = content;
  const encode = (value: unknown): Body =>
    type === 'multipart/form-data'
      ? { body: formWith(value as Record<string, unknown>) }
      : { body: JSON.stringify(value), headers: { 'content-type': type } };
  return {
    valid: encode(exampleOf(schema)),
    attempts: variantsOf(schema).map(({ field, value }) => ({ field, ...encode(value) })),
  };
}

function headerAttempts(): readonly Attempt[] {
  const names = [
    'authorization',
    'cookie',
    'origin',
    'x-forwarded-for',
    'user-agent',
    'accept',
    'if-none-match',
  ];
  return names.flatMap((name) =>
    // Others cannot be put into a header.
    TEXTS.filter((text) => /^[\x20-\x7e]*$/.test(text)).map((text) => ({
      method: 'GET',
      path: '/api/v1/sessions',
      headers: { [name]: text },
      field: name,
    })),
  );
}

/** A value that the schema allows, with one text or number in it replaced, for each of them and each replacement. */
function variantsOf(schema: Schema): readonly { readonly field: string; readonly value: unknown }[] {
  const valid = exampleOf(schema);
  const fields = fieldsOf(schema);
  return fields.flatMap(({ path, replacements }, place) =>
    shareOf(replacements, place, fields.length).map((text) => ({
      field: path.join('.'),
      value: withField(valid, path, text),
    })),
  );
}

function fieldsOf(
  { type, properties = {}, items }: Schema,
  path: readonly (string | number)[] = [],
): readonly { readonly path: readonly (string | number)[]; readonly replacements: readonly unknown[] }[] {
  if (type === 'string') return [{ path, replacements: TEXTS }];
  if (type === 'integer' || type === 'number')
    return [{ path, replacements: [...TEXTS, ...NUMBERS.map(Number)] }];
  const inItems = items === undefined ? [] : fieldsOf(items, [...path, 0]);
  return [
    ...inItems,
    ...Object.entries(properties).flatMap(([name, property]) => fieldsOf(property, [...path, name])),
  ];
}

function exampleOf(schema: Schema): unknown {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  switch (schema.type) {
    case 'string':
      return schema.format === 'date-time' ? '2026-01-01T00:00:00.000Z' : 'x'.repeat(schema.minLength ?? 1);
    case 'integer':
    case 'number':
      return Math.max(1, schema.minimum ?? 1);
    case 'boolean':
      return true;
    case 'array':
      return [];
    default:
      return Object.fromEntries(
        Object.entries(schema.properties ?? {})
          .filter(([name]) => schema.required?.includes(name))
          .map(([name, property]) => [name, exampleOf(property)]),
      );
  }
}

function withField(value: unknown, [first, ...rest]: readonly (string | number)[], text: unknown): unknown {
  if (first === undefined) return text;
  if (typeof first === 'number') return [withField(undefined, rest, text)];
  const fields = (value ?? {}) as Readonly<Record<string, unknown>>;
  return { ...fields, [first]: withField(fields[first], rest, text) };
}

/** A form with these fields. Its file is always a readable recording, whatever `fields` hold for it. */
function formWith(fields: Readonly<Record<string, unknown>>): FormData {
  const sound = new Blob([waveFile({ tag: 1, bits: 16, sampleRate: 8000, channels: 1 }, Buffer.alloc(1600))]);
  const others = Object.entries(fields).filter(([name]) => name !== 'file');
  return formOf(sound, Object.fromEntries(others.map(([name, value]) => [name, String(value)])));
}

async function recordedSession(server: ScriptedServer): Promise<string> {
  const client = await connectOptedIn(server.url);
  const id = client.all('ready')[0]?.sessionId ?? '';
  client.send(silence(1));
  await until(() => server.recognizer.streams.length > 0);
  server.recognizer.streams[0]?.final('the canary');
  await client.next('transcription');
  client.socket.close(1000);
  await until(async () =>
    (await (await fetch(`${server.url}/api/v1/sessions/${id}`)).text()).includes('endedAt'),
  );
  return id;
}

/** Expects that the earlier record and every table still exist, and that the audit log is whole. */
async function expectUntouched(server: ScriptedServer, place: DatabaseSettings, id: string): Promise<void> {
  const record = (await (await fetch(`${server.url}/api/v1/sessions/${id}`)).json()) as {
    held: boolean;
    segments: { versions: { text: string }[] }[];
  };
  expect(record.segments.map(({ versions }) => versions[0]?.text)).toEqual(['the canary']);
  expect(record.held).toBe(false);
  expect(server.log()).not.toContain('unexpected error');
  const database = await openDatabase({ ...place, dataDirectory: server.dataDirectory });
  for (const table of ['users', 'api_keys', 'sessions', 'data_keys', 'segments', 'logins'])
    await sql`select count(*) from ${sql.table(table)}`.execute(database.db);
  expect((await verifyAudit(database)).problems).toEqual([]);
  await database.close();
}
