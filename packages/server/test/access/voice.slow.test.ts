import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { VOICE_CONSENT } from '../../src/access/voice-consent.js';
import { createEnrolledVoices, rewrapVoices } from '../../src/access/enrolled-voices.js';
import { loadMasterKeys, prependMasterKey } from '../../src/records/master-keys.js';
import { clipPath } from '../../../asr/test/clips/clips.js';
import { filesBelow } from '../support/canary.js';
import {
  bearer,
  postJson,
  refusal,
  startGuardedServer,
  type GuardedServer,
} from '../support/guarded-server.js';
import { cookieOf, createUser } from '../support/people.js';
import { startScriptedServer } from '../support/scripted-server.js';

const PATH = '/api/v1/account/voice';
const { version: consent } = VOICE_CONSENT;

/** What the scripted recognizer finds in every recording, with bytes that occur nowhere by chance. */
const VOICE = Float32Array.from({ length: 256 }, (_, at) => Math.sin(7 * at) / 12);

describe('somebody who may enrol a voice', () => {
  test('sees what they consent to, enrols their voice, and deletes it', async () => {
    const { server, key } = await enrolling();
    expect(await stateOf(server, key)).toEqual({
      enrolment: 'on',
      consent: VOICE_CONSENT,
      leastSpokenSeconds: 15,
      mostSeconds: 60,
    });
    const enrolled = await enrol(server, key, { consent });
    expect(enrolled.status).toBe(201);
    expect(enrolled.headers.get('cache-control')).toBe('no-store');
    expect(await enrolled.json()).toMatchObject({ voice: { consent, encoder: 'ge2e', usable: true } });
    expect(await stateOf(server, key)).toMatchObject({ voice: { consent } });
    expect((await destroy(server, key)).status).toBe(204);
    expect(await stateOf(server, key)).not.toHaveProperty('voice');
    expect((await destroy(server, key)).status).toBe(204);
    expect((await audited(server)).map(({ action }) => action)).toEqual(['voice.enrol', 'voice.delete']);
  });

  test('is known by the name of their account, or by the one that they give', async () => {
    const { server } = await enrolling();
    const user = await createUser(server, { usesCodes: false });
    const headers = { cookie: await cookieOf(server, user), origin: server.url };
    const owner = { tenant: 'default', subject: `user:${user.id}` };
    expect((await enrol(server, headers, { consent })).status).toBe(201);
    expect(await keptVoice(server, owner)).toEqual({ name: 'dr.who', voice: VOICE });
    expect((await enrol(server, headers, { consent, name: ' Dr. Who ' })).status).toBe(201);
    expect(await keptVoice(server, owner)).toEqual({ name: 'Dr. Who', voice: VOICE });
    expect(await rowsOf(server)).toHaveLength(1);
  });

  test('has one alone on their own machine, too', async () => {
    const server = await startScriptedServer({ voiceEnrolment: 'true' });
    const enrolled = await fetch(server.url + PATH, { method: 'POST', body: await form({ consent }) });
    expect(enrolled.status).toBe(201);
    expect(await (await fetch(server.url + PATH)).json()).toMatchObject({
      enrolment: 'on',
      voice: { consent },
    });
  });
});

describe('an enrolment', () => {
  test('is refused while it is off; what is enrolled is not usable then, and can be deleted', async () => {
    const { server, key } = await enrolling({ voiceEnrolment: 'false' });
    expect(await stateOf(server, key)).toMatchObject({ enrolment: 'off' });
    expect(await refusal(await enrol(server, key, { consent }))).toEqual({
      status: 409,
      code: 'voice_enrolment_off',
    });
    const { tenant, subject } = (await (
      await fetch(`${server.url}/api/v1/identity`, { headers: key })
    ).json()) as { tenant: string; subject: string };
    const order = { name: 'x', voice: VOICE, consent, encoder: 'ge2e' };
    await (await voicesOf(server)).enrol({ tenant, subject }, order, { who: undefined, from: undefined });
    expect(await stateOf(server, key)).toMatchObject({ voice: { usable: false } });
    await destroy(server, key);
    expect(await stateOf(server, key)).not.toHaveProperty('voice');
  });

  test.each([
    [{}, 400, 'invalid_request', 'consent'],
    [{ consent: '0' }, 409, 'consent_outdated', 'consent'],
    [{ consent, name: 'two\nlines' }, 400, 'invalid_request', 'name'],
    [{ consent, name: 'x'.repeat(101) }, 400, 'invalid_request', 'name'],
    [{ consent, patient: 'Jane' }, 400, 'invalid_request', undefined],
  ])('with the fields %j is refused', async (fields, status, code, field) => {
    const { server, key } = await enrolling();
    const response = await enrol(server, key, fields);
    const { error } = (await response.json()) as { error: { code: string; field?: string; limit?: string } };
    expect({ status: response.status, code: error.code, field: error.field }).toEqual({
      status,
      code,
      field,
    });
    expect(error.limit).toBeTruthy();
    expect(await rowsOf(server)).toEqual([]);
  });

  test.each([
    [
      { kind: 'too-short', spokenSeconds: 9.6 },
      'voice_too_short',
      'at least 15 seconds of speech; 9 were heard',
    ],
    [{ kind: 'several-voices' }, 'voice_not_one', 'one voice'],
  ] as const)('is refused if the recording is %j', async (heard, code, limit) => {
    const { server, key } = await enrolling();
    server.recognizer.enrols = heard;
    const response = await enrol(server, key, { consent });
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ error: { code, field: 'file', limit } });
    expect(await rowsOf(server)).toEqual([]);
  });

  test('is refused without a form, without a file, and with one that is no recording', async () => {
    const { server, key } = await enrolling();
    expect(await refusal(await postJson(server.url + PATH, { consent }, key))).toMatchObject({
      code: 'form_expected',
    });
    const noFile = new FormData();
    noFile.append('consent', consent);
    const without = await fetch(server.url + PATH, { method: 'POST', headers: key, body: noFile });
    expect(await without.json()).toMatchObject({ error: { code: 'invalid_request', field: 'file' } });
    const text = await form({ consent }, new Blob(['not a recording']));
    const broken = await fetch(server.url + PATH, { method: 'POST', headers: key, body: text });
    expect(await refusal(broken)).toEqual({ status: 415, code: 'unsupported_audio' });
  });

  test('is refused to roles that do not speak for themselves', async () => {
    const { server } = await enrolling();
    for (const role of ['service', 'auditor', 'administrator'] as const) {
      const other = bearer(await server.keyOf(role));
      expect(await refusal(await enrol(server, other, { consent }))).toEqual({
        status: 403,
        code: 'forbidden',
      });
      expect(await stateOf(server, other)).toMatchObject({ enrolment: 'off' });
    }
  });
});

describe('an enrolled voice', () => {
  test('is on no disk in the clear, and in no log, metric or audit entry', async () => {
    const { server, key } = await enrolling();
    await enrol(server, key, { consent, name: 'Dr. Canary' });
    const bytes = Buffer.from(VOICE.buffer).subarray(0, 32);
    const traces = [bytes, Buffer.from(bytes.toString('base64').slice(0, 40)), Buffer.from('Dr. Canary')];
    const files = [...filesBelow(server.dataDirectory), ...filesBelow(server.spoolDirectory)];
    expect(files.length).toBeGreaterThan(1);
    const texts = [server.log(), await server.metrics(), JSON.stringify(await server.audited())];
    for (const [path, content] of [...files, ...texts.map((text) => ['text', Buffer.from(text)] as const)])
      for (const trace of traces) expect(content.includes(trace), path).toBe(false);
  });

  test('opens only as what it was enrolled as', async () => {
    const { server, key } = await enrolling();
    await enrol(server, key, { consent });
    const [row] = await rowsOf(server);
    const { db } = server.database;
    for (const change of [
      { owner: 'key:other' },
      { tenant: 'north' },
      { consent: '9' },
      { encoder: 'other' },
    ]) {
      await db
        .updateTable('enrolled_voices')
        .set(change as never)
        .execute();
      const { tenant = '', owner = '', encoder = '' } = { ...row, ...change };
      const used = await (
        await voicesOf(server)
      ).use({ tenant, subject: owner }, encoder, 'a session', BY_NOBODY);
      expect(used, JSON.stringify(change)).toBeUndefined();
      await db
        .updateTable('enrolled_voices')
        .set(row as never)
        .execute();
    }
    const { tenant = '', owner = '' } = row ?? {};
    expect(await keptVoice(server, { tenant, subject: owner })).toMatchObject({ voice: VOICE });
    expect(
      await (await voicesOf(server)).use({ tenant, subject: owner }, 'campplus', 's', BY_NOBODY),
    ).toBeUndefined();
  });

  test('is encrypted anew when the master key changes', async () => {
    const { server, key } = await enrolling();
    await enrol(server, key, { consent });
    const [before] = await rowsOf(server);
    await prependMasterKey(`${server.dataDirectory}/master.key`);
    const keys = await masterKeysOf(server);
    expect(await rewrapVoices(server.database, keys)).toBe(1);
    expect(await rewrapVoices(server.database, keys)).toBe(0);
    const [after] = await rowsOf(server);
    expect(after?.master_key_id).toBe(keys.current().id);
    expect(after?.master_key_id).not.toBe(before?.master_key_id);
    const owner = { tenant: after?.tenant ?? '', subject: after?.owner ?? '' };
    expect(await keptVoice(server, owner)).toMatchObject({ voice: VOICE });
  });

  test('is deleted with its user, and with its key', async () => {
    const { server, key } = await enrolling();
    const user = await createUser(server, { usesCodes: false });
    const headers = { cookie: await cookieOf(server, user), origin: server.url };
    await enrol(server, headers, { consent });
    await enrol(server, key, { consent });
    const admin = bearer(await server.keyOf('administrator'));
    await fetch(`${server.url}/api/v1/users/${user.id}/disable`, { method: 'POST', headers: admin });
    expect((await rowsOf(server)).map(({ owner }) => owner)).toEqual([
      expect.stringMatching(/^key:/) as string,
    ]);
    const [kept] = await rowsOf(server);
    const id = kept?.owner.slice('key:'.length) ?? '';
    await fetch(`${server.url}/api/v1/keys/${id}`, { method: 'DELETE', headers: admin });
    expect(await rowsOf(server)).toEqual([]);
    expect((await audited(server)).map(({ action, what }) => [action, what])).toEqual([
      ['voice.enrol', `user:${user.id}`],
      ['voice.enrol', `key:${id}`],
      ['voice.delete', `user:${user.id}`],
      ['voice.delete', `key:${id}`],
    ]);
    const gone = (await voicesOf(server)).enrol(
      { tenant: 'default', subject: `user:${user.id}` },
      { name: 'x', voice: VOICE, consent, encoder: 'ge2e' },
      BY_NOBODY,
    );
    await expect(gone).rejects.toMatchObject({ code: 'credential_expired' });
  });
});

const BY_NOBODY = { who: undefined, from: undefined };

async function enrolling(settings: { readonly voiceEnrolment?: string } = {}) {
  const server = await startGuardedServer({ voiceEnrolment: 'true', ...settings });
  server.recognizer.enrols = { kind: 'one-voice', voice: VOICE.slice() };
  return { server, key: bearer(await server.keyOf('clinician')) };
}

type Headers = Record<string, string>;

async function stateOf({ url }: GuardedServer, headers: Headers): Promise<unknown> {
  return (await fetch(url + PATH, { headers })).json();
}

async function enrol(
  { url, recognizer }: GuardedServer,
  headers: Headers,
  fields: object,
): Promise<Response> {
  // The server overwrites what it has kept.
  if (recognizer.enrols.kind === 'one-voice') recognizer.enrols = { kind: 'one-voice', voice: VOICE.slice() };
  return fetch(url + PATH, { method: 'POST', headers, body: await form(fields) });
}

function destroy({ url }: GuardedServer, headers: Headers): Promise<Response> {
  return fetch(url + PATH, { method: 'DELETE', headers });
}

async function form(fields: object, file?: Blob): Promise<FormData> {
  const sent = new FormData();
  sent.append('file', file ?? new Blob([await readFile(clipPath('dictation/joe_s001.flac'))]), 'me.flac');
  for (const [name, value] of Object.entries(fields)) sent.append(name, String(value));
  return sent;
}

async function audited(server: GuardedServer) {
  return (await server.audited()).filter(({ action }) => action.startsWith('voice.'));
}

function rowsOf({ database: { db } }: GuardedServer) {
  return db.selectFrom('enrolled_voices').selectAll().orderBy('owner').execute();
}

function masterKeysOf({ dataDirectory }: GuardedServer) {
  return loadMasterKeys({ dataDirectory, masterKeyFile: undefined, masterKeyCommand: undefined }, {});
}

async function voicesOf(server: GuardedServer) {
  return createEnrolledVoices({ ...server.services, masterKeys: await masterKeysOf(server) });
}

async function keptVoice(
  server: GuardedServer,
  owner: { readonly tenant: string; readonly subject: string },
) {
  return (await voicesOf(server)).use(owner, 'ge2e', 'a session', BY_NOBODY);
}
