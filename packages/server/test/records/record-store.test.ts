import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { verifyAudit } from '../../src/audit/verify.js';
import { OutcomeUnknownError } from '../../src/db/commit-queue.js';
import { HANDED_OVER, INTERRUPTED } from '../../src/records/interrupted-sessions.js';
import { createRecordStore, type RecordStore } from '../../src/records/record-store.js';
import type { RecordSearch } from '../../src/records/record.js';
import type { Storage } from '../../src/storage/open-storage.js';
import { createLog } from '../../src/telemetry/log.js';
import { describeDatabases, temporaryDirectory } from '../support/databases.js';
import { until } from '../support/until.js';
import { begin, DR_LEE, openTestStorage, recordSession, spoken } from '../support/storage.js';

const EVERYTHING: RecordSearch = { scope: { tenant: 'default' }, limit: 50 };

describeDatabases('records', ({ settings }) => {
  test('hold every final in order, with words, times and confidences', async () => {
    const storage = await openTestStorage(settings());
    await recordSession(storage, 'a', ['good morning', 'what brings you here', 'my knee']);
    const record = await storage.records.read('a', DR_LEE);
    expect(record).toMatchObject({
      owner: 'dr-lee',
      finals: 3,
      endReason: '1000',
      groups: ['ward-3'],
      held: false,
    });
    expect(record.segments.map(({ versions }) => versions[0].text)).toEqual([
      'good morning',
      'what brings you here',
      'my knee',
    ]);
    expect(record.segments[2]?.versions[0]).toMatchObject(spoken('my knee', 2));
  });

  test('keep the versions before a correction, and refuse an outdated one', async () => {
    const { records } = await storageWith(settings(), 'a', ['my knee']);
    const correction = { reading: 'live', place: 0, version: 1, text: 'my left knee' } as const;
    await records.correct('a', correction, DR_LEE);
    const { segments } = await records.read('a', DR_LEE);
    expect(segments[0]?.versions.map(({ text, writtenBy }) => [text, writtenBy])).toEqual([
      ['my knee', undefined],
      ['my left knee', 'dr-lee'],
    ]);
    await expect(records.correct('a', correction, DR_LEE)).rejects.toMatchObject({ code: 'record_changed' });
    await expect(records.correct('a', { ...correction, place: 9 }, DR_LEE)).rejects.toMatchObject({
      code: 'record_not_found',
    });
  });

  test('are found by their properties, page by page, and only within their scope', async () => {
    const storage = await openTestStorage(settings());
    for (const id of ['a', 'b', 'c']) await recordSession(storage, id, ['hello']);
    const stranger = { ...DR_LEE, who: { ...DR_LEE.who, tenant: 'other', subject: 'dr-who' } };
    await (await begin(storage, 'd', stranger)).close('1000');
    const ids = async (search: Partial<RecordSearch>) =>
      (await storage.records.find({ ...EVERYTHING, ...search }, DR_LEE)).records.map(({ id }) => id);
    expect((await ids({})).sort()).toEqual(['a', 'b', 'c']);
    expect(await ids({ scope: { tenant: 'other' } })).toEqual(['d']);
    expect(await ids({ scope: { tenant: 'default', owner: 'dr-who' } })).toEqual([]);
    expect(await ids({ scope: { tenant: 'default', owner: 'dr-who', groups: ['ward-3'] } })).toHaveLength(3);
    expect(await ids({ owner: "' or 1=1 --" })).toEqual([]);
    expect(await ids({ from: '2999-01-01T00:00:00.000Z' })).toEqual([]);
    const first = await storage.records.find({ ...EVERYTHING, limit: 2 }, DR_LEE);
    expect(first.records).toHaveLength(2);
    const second = await storage.records.find({ ...EVERYTHING, limit: 2, after: first.next }, DR_LEE);
    expect([...first.records, ...second.records].map(({ id }) => id).sort()).toEqual(['a', 'b', 'c']);
    expect(second.next).toBeUndefined();
  });

  test('are found by state and group, in either order', async () => {
    const storage = await openTestStorage(settings());
    const { records } = storage;
    for (const id of ['a', 'b', 'c']) await recordSession(storage, id, ['hello']);
    const open = await begin(storage, 'd');
    const find = async (search: Partial<RecordSearch>) =>
      (await records.find({ ...EVERYTHING, ...search }, DR_LEE)).records.map(({ id }) => id);
    const newest = await find({});
    expect(await find({ order: 'oldest' })).toEqual(newest.toReversed());
    for (const order of ['newest', 'oldest'] as const) {
      const paged: string[] = [];
      for (let after: string | undefined; ;) {
        const page = await records.find({ ...EVERYTHING, limit: 1, order, after }, DR_LEE);
        paged.push(...page.records.map(({ id }) => id));
        after = page.next;
        if (after === undefined) break;
      }
      expect(paged).toEqual(order === 'newest' ? newest : newest.toReversed());
    }
    expect(await find({ state: 'open' })).toEqual(['d']);
    expect((await find({ state: 'ended' })).sort()).toEqual(['a', 'b', 'c']);
    expect(await find({ state: 'interrupted' })).toEqual([]);
    expect(await find({ group: 'ward-3' })).toHaveLength(4);
    expect(await find({ group: 'ward-4' })).toEqual([]);
    await records.hold('b', true, DR_LEE);
    expect(await find({ held: true, group: 'ward-3', state: 'ended', kind: 'live' })).toEqual(['b']);
    const { records: live } = await records.findOpen({ tenant: 'default' }, { limit: 9 });
    expect(live.map(({ id, heldBy }) => [id, heldBy])).toEqual([['d', storage.serverId]]);
    await open.close('1000');
    expect((await records.findOpen({ tenant: 'default' }, { limit: 9 })).records).toEqual([]);
  });

  test('are destroyed with their key, but not under legal hold, nor while the session is open', async () => {
    const storage = await storageWith(settings(), 'a', ['my knee']);
    const { records, database } = storage;
    await records.hold('a', true, DR_LEE);
    await expect(records.destroy(['a'], DR_LEE)).rejects.toMatchObject({ code: 'record_on_hold' });
    await records.hold('a', false, DR_LEE);
    await records.destroy(['a'], DR_LEE);
    await expect(records.read('a', DR_LEE)).rejects.toMatchObject({ code: 'record_not_found' });
    for (const table of ['data_keys', 'segments', 'audio_pieces', 'sessions'] as const)
      expect(await database.db.selectFrom(table).selectAll().execute()).toEqual([]);

    const writer = await begin(storage, 'b');
    await expect(records.destroy(['b'], DR_LEE)).rejects.toMatchObject({ code: 'record_open' });
    await writer.close('1000');
    await records.destroy(['b'], DR_LEE);
  });

  test('that were left are not taken while finals are still added, so that none is written over', async () => {
    const storage = await openTestStorage(settings());
    const { records } = storage;
    const former = await begin(storage, 'a');
    await former.commit(spoken('good morning', 0));
    const found = await records.findLeft('a', () => true);
    await former.commit(spoken('what brings you here', 1));
    if (found === undefined || found === 'held') throw new Error('it was not found');
    expect(await found.hold()).toBe(false);
    const again = await records.findLeft('a', () => true);
    if (again === undefined || again === 'held') throw new Error('it was not found again');
    expect(await again.hold()).toBe(true);
    const writer = again.reopen(DR_LEE);
    await writer.commit(spoken('my knee', 2));
    await writer.close('1000');
    const { segments, isWhole } = await records.read('a', DR_LEE);
    expect(segments.map(({ versions }) => versions[0].text)).toEqual([
      'good morning',
      'what brings you here',
      'my knee',
    ]);
    expect(isWhole).toBe(true);
  });

  test('that may have begun, or may be held, though nobody knows, are not kept by this server', async () => {
    const storage = await openTestStorage(settings());
    const records = forgetful(storage);
    await expect(begin({ ...storage, records }, 'a')).rejects.toThrow(OutcomeUnknownError);
    await until(async () => (await storage.records.read('a', DR_LEE)).endReason === INTERRUPTED);

    await begin(storage, 'b');
    const found = await records.findLeft('b', () => true);
    if (found === undefined || found === 'held') throw new Error('it was not found');
    await expect(found.hold()).rejects.toThrow(OutcomeUnknownError);
    await until(async () => (await storage.records.holderOf('b')) === HANDED_OVER);
  });

  test('have every action on them in the audit log, without any text', async () => {
    const storage = await storageWith(settings(), 'a', ['a canary sang']);
    const { records, database } = storage;
    await records.read('a', DR_LEE);
    await records.correct('a', { reading: 'live', place: 0, version: 1, text: 'the canary sang' }, DR_LEE);
    await records.read('a', DR_LEE, 'record.export');
    await records.find(EVERYTHING, DR_LEE);
    await records.hold('a', true, DR_LEE);
    await records.hold('a', false, DR_LEE);
    await records.destroy(['a'], DR_LEE);
    const rows = await database.db.selectFrom('audit_entries').select('entry').orderBy('sequence').execute();
    const entries = rows.map(({ entry }) => JSON.parse(entry) as Record<string, unknown>);
    expect(entries.map(({ action }) => action)).toEqual([
      'master-key.create',
      'session.start',
      'session.end',
      'record.read',
      'record.correct',
      'record.export',
      'record.list',
      'record.hold',
      'record.release',
      'record.delete',
    ]);
    expect(entries.at(-1)).toMatchObject({
      subject: 'dr-lee',
      from: '192.0.2.1',
      what: 'a',
      counts: { keys: 1, segments: 2, audioPieces: 0 },
    });
    expect(JSON.stringify(entries)).not.toContain('canary');
    expect((await verifyAudit(database)).problems).toEqual([]);
  });

  test('keep audio only where it is set', async () => {
    const samples = Float32Array.from({ length: 16_000 * 12 }, (_, index) => Math.sin(index / 10) / 2);
    for (const keepAudio of ['true', 'false']) {
      const storage = await openTestStorage(settings(), { keepAudio });
      const writer = await begin(storage, 'a');
      for (let at = 0; at < samples.length; at += 1600)
        void writer.keepAudio(0, samples.subarray(at, at + 1600));
      await writer.close('1000');
      const pieces: Buffer[] = [];
      const audio = await storage.records.audio('a', 0, DR_LEE);
      for await (const piece of audio.read(0, audio.bytes)) pieces.push(piece);
      const pcm = Buffer.concat(pieces);
      expect(pcm.length).toBe(keepAudio === 'true' ? samples.length * 2 : 0);
      if (keepAudio !== 'true') continue;
      expect(pcm.readInt16LE(200)).toBe(Math.round((samples[100] ?? 0) * 32_768));
      // A part that begins within one piece and ends within the next.
      const part: Buffer[] = [];
      for await (const piece of audio.read(319_990, 320_010)) part.push(piece);
      expect(Buffer.concat(part)).toEqual(pcm.subarray(319_990, 320_010));
    }
  });

  describe('that were tampered with are refused and audited', () => {
    test.each([
      [
        'text that belongs to another place',
        'update segments set place = 1 - place + 10',
        'update segments set place = place - 10',
      ],
      [
        'text of another session',
        `update segments set sealed = (select sealed from segments where session_id = 'b' and place = 0) where session_id = 'a' and place = 0`,
      ],
      [
        'a key of another session',
        `update data_keys set wrapped = (select wrapped from data_keys where session_id = 'b') where session_id = 'a'`,
      ],
      ['a version that is passed off as the first', 'update segments set version = version + 1'],
      ['a final that is missing', `delete from segments where session_id = 'a' and place = 1`],
      ['a key that is missing', `delete from data_keys where session_id = 'a'`],
    ])('%s', async (_what, ...statements) => {
      const storage = await storageWith(settings(), 'a', ['my knee', 'my hip']);
      await recordSession(storage, 'b', ['his elbow', 'his hand']);
      for (const statement of statements) await sql.raw(statement).execute(storage.database.db);
      await expect(storage.records.read('a', DR_LEE)).rejects.toMatchObject({ code: 'record_damaged' });
      const last = await storage.database.db
        .selectFrom('audit_entries')
        .select('entry')
        .orderBy('sequence', 'desc')
        .executeTakeFirstOrThrow();
      expect(JSON.parse(last.entry)).toMatchObject({
        action: 'record.damaged',
        outcome: 'failure',
        what: 'a',
      });
    });
  });
});

test('a stolen data folder holds no readable word', async () => {
  const dataDirectory = temporaryDirectory();
  const storage = await openTestStorage({ dataDirectory, database: undefined }, { keepAudio: 'true' });
  await recordSession(storage, 'a', ['the canary sang in metoprolol']);
  await storage.records.correct(
    'a',
    { reading: 'live', place: 0, version: 1, text: 'the canary sang in bisoprolol' },
    DR_LEE,
  );
  const files = readdirSync(dataDirectory);
  expect(files).toContain('auscult.db');
  for (const file of files) {
    const content = readFileSync(join(dataDirectory, file), 'latin1');
    for (const word of ['canary', 'metoprolol', 'bisoprolol']) expect(content).not.toContain(word);
  }
});

test('a destroyed record is gone from the database file and its write-ahead log', async () => {
  const dataDirectory = temporaryDirectory();
  const storage = await openTestStorage({ dataDirectory, database: undefined });
  await recordSession(storage, 'a', ['my knee']);
  const [{ wrapped }, { sealed }] = await Promise.all([
    storage.database.db.selectFrom('data_keys').select('wrapped').executeTakeFirstOrThrow(),
    storage.database.db.selectFrom('segments').select('sealed').executeTakeFirstOrThrow(),
  ]);
  const holds = (bytes: Buffer) =>
    readdirSync(dataDirectory).some((file) => readFileSync(join(dataDirectory, file)).includes(bytes));
  expect([holds(wrapped), holds(sealed)]).toEqual([true, true]);
  await storage.records.destroy(['a'], DR_LEE);
  expect([holds(wrapped), holds(sealed)]).toEqual([false, false]);
});

async function storageWith(
  settings: Parameters<typeof openTestStorage>[0],
  id: string,
  texts: readonly string[],
) {
  const storage = await openTestStorage(settings);
  await recordSession(storage, id, texts);
  return storage;
}

/** The records of a server that gets no answer about writes for which somebody waits. */
function forgetful(storage: Storage): RecordStore {
  return createRecordStore({
    ...storage,
    log: createLog({ logLevel: 'silent', logFormat: 'json' }),
    queue: {
      ...storage.queue,
      submit: async (write, patience) => {
        await storage.queue.submit(write);
        if (patience !== undefined) throw new OutcomeUnknownError();
      },
    },
    serverVersion: 'test',
    keepsFinals: true,
    keepsAudio: false,
  });
}
