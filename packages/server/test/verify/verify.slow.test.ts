import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { Registry } from 'prom-client';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createBackup } from '../../src/backup/create-backup.js';
import { loadConfig } from '../../src/config/load-config.js';
import type { DatabaseSettings } from '../../src/db/database.js';
import type { Storage } from '../../src/storage/open-storage.js';
import { createLog } from '../../src/telemetry/log.js';
import { readPassState, writePassState } from '../../src/verify/pass-state.js';
import { scheduleVerification, type Verification } from '../../src/verify/schedule.js';
import { measureVerification } from '../../src/verify/verification-metrics.js';
import { verifyStorage } from '../../src/verify/verify-storage.js';
import { runCli } from '../cli/run-cli.js';
import { overwritePages } from '../support/damage.js';
import { describeDatabases, temporaryDirectory } from '../support/databases.js';
import { begin, DR_LEE, openTestStorage, recordSession, spoken } from '../support/storage.js';
import { until } from '../support/until.js';

const SECRET = 'xylophone';

describeDatabases('stored data', ({ settings }) => {
  test('verifies beside a server, and every kind of damage to it is found', async () => {
    const place = settings();
    const storage = await openTestStorage(place, { keepAudio: 'true' });
    for (const id of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) await recordEverything(storage, id);
    const backup = join(place.dataDirectory, 'backup');
    await createBackup(storage, { path: backup, actor: DR_LEE });
    const config = configOf(place);
    const whole = await verifyStorage(config, { backups: [backup] });
    expect(whole).toMatchObject({ checked: { keys: 7, records: 7, 'key-copy': 7 }, findings: [] });
    expect(whole.checked.backup).toBeGreaterThan(7 * 4);

    await damage(storage);
    flipByte(backup, -40);
    const { findings } = await verifyStorage(config, { backups: [backup] });
    // Findings at the backup are not counted: before its damaged block, it holds a record destroyed since, and its key.
    expect(findings.filter(({ at }) => at !== backup)).toHaveLength(EXPECTED.length + 1);
    expect(findings).toEqual(expect.arrayContaining([...EXPECTED]));
    expect(findings).toContainEqual({ kind: 'backup', trouble: 'altered', at: backup });
    expect(findings).toContainEqual({
      kind: 'key-copy',
      trouble: 'back',
      session: 'g',
      at: join(place.dataDirectory, 'data-keys.json'),
    });
    expect(JSON.stringify(findings)).not.toContain(SECRET);
  });

  test('is verified by the server over days, and damage is counted, audited and logged', async () => {
    const place = settings();
    const storage = await openTestStorage(place, { keepAudio: 'true' });
    for (const id of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) await recordEverything(storage, id);
    const lines: string[] = [];
    const first = schedule(place, storage, lines);
    await until(() => first.state().wholeAt !== undefined);
    expect(first.checked()).toMatchObject({ keys: 7, records: 7 });
    expect(first.state().lastFound).toEqual({});
    first.stop();

    await damage(storage);
    // The state that a server leaves if it goes down in the middle of the next pass.
    writePassState(configOf(place), {
      ...readPassState(configOf(place)),
      under: { check: 'records', cursor: 'c' },
    });
    const second = schedule(place, storage, lines);
    const before = second.state().wholeAt;
    await until(() => second.state().wholeAt !== before);
    expect(second.checked()).toMatchObject({ records: 4 });
    expect(second.checked()).not.toHaveProperty('keys');
    expect(second.state().lastFound).toEqual({
      settings: 1,
      audio: 1,
      'data-key': 1,
      'audit-entry': 1,
      row: 1,
      head: 4,
    });
    second.stop();

    const registry = new Registry();
    measureVerification(registry, () => second);
    expect(await registry.metrics()).toContain('auscult_verify_damaged{kind="audio"} 1');
    expect(await registry.metrics()).toMatch(/auscult_verify_age_seconds \d/);
    const entries = await storage.database.db
      .selectFrom('audit_entries')
      .select('entry')
      .where('entry', 'like', '%verify.damaged%')
      .execute();
    expect(entries).toHaveLength(9);
    expect(lines.join('')).toContain('DAMAGED');
    expect(lines.join('') + JSON.stringify(entries)).not.toContain(SECRET);
  });
});

describe('auscult verify', () => {
  test('changes no database file of a running server, and fails when it finds damage', async () => {
    const place: DatabaseSettings = { dataDirectory: temporaryDirectory(), database: undefined };
    const storage = await openTestStorage(place);
    await recordSession(storage, 'a', [SECRET]);
    await untilAnchored(storage, place);
    const files = ['auscult.db', 'auscult.db-wal'].map((name) => join(place.dataDirectory, name));
    const before = files.map((path) => readFileSync(path));
    const command = ['verify', '--json', '--data-directory', place.dataDirectory];
    const whole = await runCli(command);
    expect(whole).toMatchObject({ status: 0, stderr: '' });
    expect(JSON.parse(whole.stdout)).toMatchObject({ checked: { records: 1 }, findings: [] });
    expect(files.map((path) => readFileSync(path))).toEqual(before);

    await storage.database.scrub();
    overwritePages(join(place.dataDirectory, 'auscult.db'));
    expect((await runCli(command)).status).not.toBe(0);
  });
});

/** Records a session with settings, audio, a correction and a second reading. */
async function recordEverything(storage: Storage, id: string): Promise<void> {
  const writer = await begin(storage, id);
  writer.describe({
    language: 'en',
    channels: 1,
    task: 'transcribe',
    sampleRate: 16_000,
    settings: {
      writtenForm: false,
      dictationCommands: false,
      keyTerms: { count: 1, json: JSON.stringify([SECRET]) },
    },
  });
  const texts = ['one', ...Array.from({ length: MORE_THAN_A_STEP }, () => `two ${SECRET}`)];
  await Promise.all(texts.map(async (text, index) => writer.commit(spoken(text, index))));
  await writer.keepAudio(0, new Float32Array(16_000));
  await writer.close('1000');
  await writer.refine({ id: `${id}-again`, model: 'scripted', start: 0, end: 2, finals: [spoken('one', 0)] });
  await storage.records.correct(id, { reading: 'live', place: 0, version: 1, text: SECRET }, DR_LEE);
}

const MORE_THAN_A_STEP = 20;

/** The findings for the damage that `damage` does. */
const EXPECTED = [
  { kind: 'final', trouble: 'altered', session: 'a', at: 'live 1 version 1' },
  { kind: 'data-key', trouble: 'altered', session: 'b' },
  { kind: 'final', trouble: 'missing', session: 'c', at: 'refined 0' },
  { kind: 'settings', trouble: 'altered', session: 'd' },
  { kind: 'audio', trouble: 'altered', session: 'e', at: 'channel 0 piece 0' },
  { kind: 'data-key', trouble: 'missing', session: 'f' },
  { kind: 'data-key', trouble: 'back', session: 'g' },
  { kind: 'audit-entry', trouble: 'altered', at: '3 (altered)' },
  { kind: 'row', trouble: 'altered', session: 'd', at: 'altered' },
  { kind: 'head', trouble: 'altered', session: 'a' },
  { kind: 'head', trouble: 'altered', session: 'b' },
  { kind: 'head', trouble: 'altered', session: 'c' },
  { kind: 'head', trouble: 'altered', session: 'f' },
] as const;

async function damage({ database: { db, kind } }: Storage): Promise<void> {
  const final = await db
    .selectFrom('segments')
    .select('sealed')
    .where('session_id', '=', 'a')
    .where('reading', '=', 'live')
    .where('place', '=', 1)
    .executeTakeFirstOrThrow();
  await sql`update segments set sealed = ${flipped(final.sealed)}
    where session_id = 'a' and reading = 'live' and place = 1`.execute(db);
  const key = await db
    .selectFrom('data_keys')
    .select('wrapped')
    .where('session_id', '=', 'b')
    .executeTakeFirstOrThrow();
  await sql`update data_keys set wrapped = ${flipped(key.wrapped)} where session_id = 'b'`.execute(db);
  await sql`delete from segments where session_id = 'c' and reading = 'refined'`.execute(db);
  const described = await db
    .selectFrom('sessions')
    .select('settings')
    .where('id', '=', 'd')
    .executeTakeFirstOrThrow();
  await sql`update sessions set settings = ${flipped(described.settings ?? Buffer.alloc(0))} where id = 'd'`.execute(
    db,
  );
  const piece = await db
    .selectFrom('audio_pieces')
    .select('sealed')
    .where('session_id', '=', 'e')
    .executeTakeFirstOrThrow();
  await sql`update audio_pieces set sealed = ${flipped(piece.sealed)} where session_id = 'e'`.execute(db);
  await sql`delete from data_keys where session_id = 'f'`.execute(db);
  await sql`insert into destroyed_keys (session_id, destroyed_at) values ('g', '2026-01-01T00:00:00.000Z')`.execute(
    db,
  );
  await alterAuditEntry(db, kind);
}

/** Alters an entry after disabling the triggers that prevent it, as the owner of the database can. */
async function alterAuditEntry(db: Storage['database']['db'], kind: string): Promise<void> {
  if (kind === 'postgres') await sql`alter table audit_entries disable trigger all`.execute(db);
  else {
    const { rows } = await sql<{ name: string }>`
      select name from sqlite_schema where type = 'trigger' and tbl_name = 'audit_entries'`.execute(db);
    for (const { name } of rows) await sql`drop trigger ${sql.ref(name)}`.execute(db);
  }
  await sql`update audit_entries set entry = replace(entry, 'dr-lee', 'dr-who') where sequence = 3`.execute(
    db,
  );
}

/** Waits for the last anchor. From then on, the server writes nothing to the database. */
async function untilAnchored({ database: { db }, audit }: Storage, place: DatabaseSettings): Promise<void> {
  const { sequence } = await audit.head();
  const anchors = join(place.dataDirectory, 'audit-anchor.log');
  await until(
    () => existsSync(anchors) && readFileSync(anchors, 'utf8').includes(`"sequence":${String(sequence)},`),
  );
  await until(async () => (await db.selectFrom('audit_anchors').select('number').execute()).length === 0);
}

function flipped(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy[20] = (copy[20] ?? 0) ^ 1;
  return copy;
}

function flipByte(path: string, at: number): void {
  const content = readFileSync(path);
  const index = content.length + at;
  content[index] = (content[index] ?? 0) ^ 1;
  writeFileSync(path, content);
}

function configOf({ dataDirectory, database }: DatabaseSettings) {
  return loadConfig({
    flags: { dataDirectory, database, verifyDays: '7' },
    environment: {},
  });
}

function schedule(place: DatabaseSettings, storage: Storage, lines: string[]): Verification {
  const log = createLog({ logLevel: 'warn', logFormat: 'json' }, { write: (line) => lines.push(line) });
  const verification = scheduleVerification(configOf(place), storage, log, {
    firstPauseMs: 0,
    pauseMs: [0, 0],
  });
  onTestFinished(() => {
    verification.stop();
  });
  return verification;
}
