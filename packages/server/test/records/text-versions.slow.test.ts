import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { sealLog } from '../../src/audit/seal-log.js';
import { openDatabase, type DatabaseSettings } from '../../src/db/database.js';
import { chosenText, TEXT_VERSIONS, type TextVersion } from '../../src/records/chosen-text.js';
import type { MasterKeys } from '../../src/records/master-keys.js';
import type { StoredRecord } from '../../src/records/record.js';
import { describeDatabases } from '../support/databases.js';
import { begin, DR_LEE, openTestStorage, recordSession, spoken } from '../support/storage.js';

const SETTINGS = {
  writtenForm: true,
  dictationCommands: false,
  encoding: 's16le',
  keyTerms: ['Mrs Canary', 'metoprolol'],
  client: 'ward-app/2.1',
} as const;

describeDatabases('the texts of a session', ({ settings }) => {
  test('are the live text, that of record passes, and that with corrections', async () => {
    const storage = await openTestStorage(settings());
    const { records } = storage;
    const writer = await begin(storage, 'a');
    for (const [second, text] of ['one life', 'two life', 'three life', 'four life'].entries())
      await writer.commit(spoken(text, second));
    await writer.refine(pass('r1', 0, 2, [spoken('one again', 0), spoken('two again', 1)]));
    await writer.close('1000');
    await writer.refine(pass('r2', 2, 3, [spoken('three again', 2)]));
    await writer.refine(pass('r2', 2, 3, [spoken('three again', 2)]));
    const textsNow = async () => textsOf(await records.read('a', DR_LEE));
    expect(await textsNow()).toEqual({
      live: 'one life, two life, three life, four life',
      edited: 'one life, two life, three life, four life',
      refined: 'one again, two again, three again, four life',
      newest: 'one again, two again, three again, four life',
    });

    await records.correct('a', { reading: 'live', place: 2, version: 1, text: 'three right' }, DR_LEE);
    expect(await textsNow()).toMatchObject({
      live: 'one life, two life, three life, four life',
      edited: 'one life, two life, three right, four life',
      refined: 'one again, two again, three again, four life',
      newest: 'one again, two again, three right, four life',
    });
    await records.correct('a', { reading: 'refined', place: 1, version: 1, text: 'two right' }, DR_LEE);
    await records.correct('a', { reading: 'refined', place: 2, version: 1, text: 'three better' }, DR_LEE);
    expect(await textsNow()).toMatchObject({
      refined: 'one again, two again, three again, four life',
      newest: 'one again, two right, three better, four life',
    });
    const { refined } = await records.read('a', DR_LEE);
    expect(refined).toMatchObject([
      { id: 'r1', model: 'larger', start: 0, end: 2, segments: [{ place: 0 }, { place: 1 }] },
      { id: 'r2', model: 'larger', start: 2, end: 3, segments: [{ place: 2 }] },
    ]);
    expect(await actionsOn(storage)).toEqual([
      'session.start',
      'record.refine',
      'session.end',
      'record.refine',
      ...['read', 'correct', 'read', 'correct', 'correct', 'read', 'read'].map((what) => `record.${what}`),
    ]);
  });

  test('leave out finals that the speaker took back, unless they are corrected later', async () => {
    const storage = await openTestStorage(settings());
    const { records } = storage;
    const writer = await begin(storage, 'a');
    await writer.commit({ ...spoken('No fever.', 0), sequence: 0 });
    await writer.commit({ ...spoken('The left knee.', 1), sequence: 0, channel: 1 });
    await writer.commit({ ...spoken('Some fever.', 2), sequence: 1 });
    await writer.commit({
      ...spoken('', 3),
      sequence: 2,
      removes: [1, 0],
      spoken: 'Scratch that. Scratch that.',
    });
    await writer.close('1000');
    const record = await records.read('a', DR_LEE);
    for (const version of TEXT_VERSIONS) expect(textOf(record, version)).toBe('The left knee.');
    expect(
      record.segments.map(({ takenBackAt, versions }) => [versions[0].text, typeof takenBackAt]),
    ).toEqual([
      ['No fever.', 'string'],
      ['The left knee.', 'undefined'],
      ['Some fever.', 'string'],
      ['', 'undefined'],
    ]);
    await records.correct('a', { reading: 'live', place: 2, version: 1, text: 'Some fever.' }, DR_LEE);
    const again = await records.read('a', DR_LEE);
    expect([textOf(again, 'newest'), textOf(again, 'live')]).toEqual([
      'The left knee., Some fever.',
      'The left knee.',
    ]);
  });

  test('are refused where a final of the record pass is missing or replaced', async () => {
    for (const statement of [
      `delete from segments where reading = 'refined' and place = 1`,
      `update segments set reading = 'live' where reading = 'refined' and place = 1`,
      `update segments set sealed = (select sealed from segments where reading = 'live' and place = 0) where reading = 'refined' and place = 0`,
    ]) {
      const storage = await openTestStorage(settings());
      const writer = await begin(storage, 'a');
      await writer.commit(spoken('one', 0));
      await writer.refine(pass('r', 0, 2, [spoken('one', 0), spoken('two', 1)]));
      await writer.close('1000');
      await sql.raw(statement).execute(storage.database.db);
      await expect(storage.records.read('a', DR_LEE)).rejects.toMatchObject({ code: 'record_damaged' });
    }
  });

  test('get no text from a record pass that ends after the record was destroyed', async () => {
    const storage = await openTestStorage(settings());
    const writer = await begin(storage, 'a');
    await writer.close('1000');
    await storage.records.destroy(['a'], DR_LEE);
    await expect(writer.refine(pass('r', 0, 1, [spoken('one', 0)]))).rejects.toMatchObject({
      code: 'record_not_found',
    });
    expect(await storage.database.db.selectFrom('refined_parts').selectAll().execute()).toEqual([]);
  });

  test('are recorded with the settings of the session, of which the sensitive ones are sealed', async () => {
    const storage = await openTestStorage(settings());
    const { records, database } = storage;
    const writer = await begin(storage, 'a');
    writer.describe({
      language: 'de',
      channels: 2,
      task: 'translate',
      sampleRate: 48_000,
      settings: { ...SETTINGS, keyTerms: { count: 2, json: JSON.stringify(SETTINGS.keyTerms) } },
    });
    await writer.commit(spoken('hallo', 0));
    const record = await records.read('a', DR_LEE);
    expect(JSON.parse(record.settings?.json ?? '')).toEqual(SETTINGS);
    expect(record).toMatchObject({
      kind: 'live',
      language: 'de',
      channels: 2,
      task: 'translate',
      sampleRate: 48_000,
      version: expect.stringMatching(/^\d+\.\d+/) as string,
    });
    await writer.close('1000');
    const found = async (search: object) =>
      (await records.find({ scope: { tenant: 'default' }, limit: 9, ...search }, DR_LEE)).records.length;
    expect(await found({ kind: 'live', model: 'scripted', task: 'translate', language: 'de' })).toBe(1);
    for (const other of [{ kind: 'upload' }, { model: 'x' }, { task: 'transcribe' }, { language: 'en' }])
      expect(await found(other)).toBe(0);
    const rows = JSON.stringify(await database.db.selectFrom('sessions').selectAll().execute());
    for (const hidden of ['Canary', 'metoprolol', 'ward-app']) {
      expect(rows).not.toContain(hidden);
      expect(rows).not.toContain(Buffer.from(hidden).toString('hex'));
    }
    await sql`update sessions set settings = (select sealed from segments)`.execute(database.db);
    await expect(records.read('a', DR_LEE)).rejects.toMatchObject({ code: 'record_damaged' });
  });

  test('of sessions from before there were several versions can still be read', async () => {
    const where = settings();
    const storage = await openTestStorage(where);
    await recordSession(storage, 'a', ['good morning']);
    const { db } = storage.database;
    const key = await db.selectFrom('data_keys').selectAll().executeTakeFirstOrThrow();
    const segment = await db
      .selectFrom('segments')
      .select(['session_id', 'place', 'version', 'written_at', 'written_by', 'sealed'])
      .executeTakeFirstOrThrow();

    const old = settings();
    const before = await openDatabase(old, { migrateTo: '0002-access' });
    await sql`insert into sessions (id, tenant, owner, model, language, channels, started_at, finals)
      values ('a', 'default', 'dr-lee', 'scripted', 'en', 1, '2026-01-01T00:00:00.000Z', 1)`.execute(
      before.db,
    );
    await before.db.insertInto('data_keys').values(key).execute();
    await before.db
      .insertInto('segments')
      .values(segment as never)
      .execute();
    await before.close();
    await sealAuditLog(old, storage.masterKeys);
    const masterKeyFile = `${where.dataDirectory}/master.key`;
    const { records } = await openTestStorage(old, { masterKeyFile });
    const record = await records.read('a', DR_LEE);
    expect(textOf(record, 'newest')).toBe('good morning');
    expect(record).toMatchObject({ kind: 'live', settings: undefined, refined: [] });
  });
});

/** Seals the audit log: rows written here by statements have no entries, as if somebody had removed these. */
async function sealAuditLog(where: DatabaseSettings, masterKeys: MasterKeys): Promise<void> {
  const database = await openDatabase(where);
  await database.transaction((transaction) => sealLog(transaction, database.kind, masterKeys));
  await database.close();
}

function pass(id: string, start: number, end: number, finals: ReturnType<typeof spoken>[]) {
  return { id, model: 'larger', start, end, finals };
}

function textOf(record: StoredRecord, version: TextVersion): string {
  return chosenText(record, version)
    .map(({ text }) => text)
    .join(', ');
}

function textsOf(record: StoredRecord): Record<string, string> {
  return Object.fromEntries(TEXT_VERSIONS.map((version) => [version, textOf(record, version)]));
}

async function actionsOn({ database }: Awaited<ReturnType<typeof openTestStorage>>): Promise<string[]> {
  const rows = await database.db.selectFrom('audit_entries').select('entry').orderBy('sequence').execute();
  return rows
    .map(({ entry }) => JSON.parse(entry) as { action: string; what?: string })
    .filter(({ what }) => what === 'a')
    .map(({ action }) => action);
}
