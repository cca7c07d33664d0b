import { SAMPLE_RATE } from '@auscult/asr';
import { DatabaseSync } from '@photostructure/sqlite';
import { describe, expect, test } from 'vitest';
import { embeddedPath } from '../../src/db/database.js';
import { describeDatabases } from '../support/databases.js';
import { bearer, refusal, startGuardedServer } from '../support/guarded-server.js';
import { startScriptedServer, type ScriptedServer } from '../support/scripted-server.js';
import { clipFile, ended, formOf, post, remove, result, submit } from '../support/upload.js';
import { until } from '../support/until.js';

describeDatabases('a recording that is uploaded', ({ settings }) => {
  const start = (overrides: Parameters<typeof startScriptedServer>[0] = {}) => {
    const { dataDirectory, database } = settings();
    return startScriptedServer({ dataDirectory, database, ...overrides });
  };

  test('becomes the record of a session, before its text can be fetched', async () => {
    const server = await start();
    server.recognizer.says = 'Give twenty five milligrams.';
    const { id } = await submit(server.url, await clipFile(), { writtenForm: 'on', hearings: '2' });
    expect(await ended(server.url, id)).toMatchObject({ status: 'done' });
    const { text } = (await (await result(server.url, id)).json()) as { text: string };
    expect(text).toBe('Give 25 mg.');
    expect(await recordOf(server, id)).toMatchObject({
      id,
      kind: 'upload',
      owner: 'local',
      model: 'scripted',
      language: 'en',
      finals: 1,
      text,
      settings: { writtenForm: true, dictationCommands: false, hearings: 2, keyTerms: [] },
      segments: [{ versions: [{ text, spoken: 'Give twenty five milligrams.' }] }],
    });
    await until(async () => (await recordOf(server, id))['endedAt'] !== undefined);
    expect((await remove(server.url, id)).status).toBe(204);
    expect(await recordOf(server, id)).toMatchObject({ text });
    expect((await fetch(`${server.url}/api/v1/sessions/${id}`, { method: 'DELETE' })).status).toBe(204);
    expect(await recordOf(server, id)).toMatchObject({ error: { code: 'record_not_found' } });
    const found = async (kind: string) => {
      const list = await fetch(`${server.url}/api/v1/sessions?kind=${kind}`);
      return ((await list.json()) as { sessions: unknown[] }).sessions.length;
    };
    await submit(server.url, await clipFile());
    expect([await found('upload'), await found('live')]).toEqual([1, 0]);
  });

  test('has its audio kept once if audio is kept', async () => {
    for (const keepAudio of ['true', 'false']) {
      const server = await start({ keepAudio });
      const { id } = await submit(server.url, await clipFile(), { hearings: '2' });
      const { audioSeconds = 0 } = await ended(server.url, id);
      await until(async () => (await recordOf(server, id))['endedAt'] !== undefined);
      const wave = await (await fetch(`${server.url}/api/v1/sessions/${id}/audio`)).arrayBuffer();
      const seconds = (wave.byteLength - 44) / 2 / SAMPLE_RATE;
      expect(seconds).toBeCloseTo(keepAudio === 'true' ? audioSeconds : 0, 2);
    }
  });
});

describe('the record of a recording', () => {
  test('is not made where records are off', async () => {
    const server = await startScriptedServer({ records: 'off' });
    const { id } = await submit(server.url, await clipFile());
    expect(await ended(server.url, id)).toMatchObject({ status: 'done' });
    expect(await recordOf(server, id)).toMatchObject({ error: { code: 'record_not_found' } });
  });

  test('holds no text of a cancelled recording', async () => {
    const server = await startScriptedServer();
    let go = (): void => undefined;
    server.recognizer.flushGate = new Promise((resolve) => (go = resolve));
    const cancelled = await submit(server.url, await clipFile());
    await until(() => server.recognizer.streams.length > 0);
    await remove(server.url, cancelled.id);
    go();
    await until(async () => (await recordOf(server, cancelled.id))['endedAt'] !== undefined);
    expect(await recordOf(server, cancelled.id)).toMatchObject({ finals: 0, text: '' });
  });

  test('is waited for while the database is locked, and further recordings are refused meanwhile', async () => {
    const server = await startScriptedServer();
    let go = (): void => undefined;
    server.recognizer.flushGate = new Promise((resolve) => (go = resolve));
    const { id } = await submit(server.url, await clipFile());
    await until(() => server.recognizer.streams.length > 0);
    const other = new DatabaseSync(embeddedPath(server));
    other.exec('begin immediate');
    go();
    await until(() => server.log().includes('CANNOT BE WRITTEN'));
    expect(await refusal(await result(server.url, id))).toEqual({
      status: 409,
      code: 'transcription_not_done',
    });
    expect(await refusal(await post(server.url, formOf(await clipFile())))).toEqual({
      status: 503,
      code: 'records_unavailable',
    });
    other.exec('rollback');
    other.close();
    expect(await ended(server.url, id)).toMatchObject({ status: 'done' });
    expect(await recordOf(server, id)).toMatchObject({ finals: 1 });
  });

  test('belongs to whoever uploaded it, and reading its text is audited', async () => {
    const server = await startGuardedServer();
    const headers = bearer(await server.keyOf('service'));
    const response = await post(server.url, formOf(await clipFile()), headers);
    const { id } = (await response.json()) as { id: string };
    const api = `${server.url}/api/v1`;
    await until(async () => {
      const answer = await fetch(`${api}/transcriptions/${id}`, { headers });
      return ((await answer.json()) as { status: string }).status === 'done';
    });
    expect((await fetch(`${api}/transcriptions/${id}/result`, { headers })).status).toBe(200);
    expect((await fetch(`${api}/sessions/${id}`, { headers })).status).toBe(200);
    const stranger = { headers: bearer(await server.keyOf('service')) };
    expect(await refusal(await fetch(`${api}/sessions/${id}`, stranger))).toEqual({
      status: 404,
      code: 'record_not_found',
    });
    await until(async () => (await server.audited()).some(({ action }) => action === 'session.end'));
    const events = (await server.audited()).filter(({ what }) => what === id);
    expect(events.map(({ action, reason }) => [action, reason])).toEqual([
      ['session.start', 'upload'],
      ['session.end', 'done'],
      ['record.read', undefined],
      ['record.read', undefined],
      ['access.denied', 'record.read'],
    ]);
  });
});

async function recordOf({ url }: ScriptedServer, id: string): Promise<Readonly<Record<string, unknown>>> {
  return (await (await fetch(`${url}/api/v1/sessions/${id}`)).json()) as Record<string, unknown>;
}
