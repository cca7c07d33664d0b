import fc from 'fast-check';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { createAccounts } from '../../src/access/accounts.js';
import { createApiKeys } from '../../src/access/api-keys.js';
import { createLogins } from '../../src/access/logins.js';
import { createPasswords } from '../../src/access/passwords.js';
import { createRecoveryCodes } from '../../src/access/recovery-codes.js';
import { accessSeal } from '../../src/access/seal.js';
import { createUsers } from '../../src/access/users.js';
import { verifyAuthenticatedRows, verifyRecordHeads } from '../../src/integrity/verify-rows.js';
import type { Storage } from '../../src/storage/open-storage.js';
import { BY_SERVER } from '../support/access.js';
import { temporaryDirectory } from '../support/databases.js';
import { begin, DR_LEE, openTestStorage, spoken } from '../support/storage.js';

/** Tables whose rows nobody may write to, with the columns that tell their rows apart. */
const TABLES = {
  api_keys: ['id', 'digest'],
  users: ['id', 'name'],
  logins: ['digest'],
  recovery_codes: ['digest'],
  sessions: ['id'],
  session_groups: ['session_id', 'name'],
  segments: ['session_id', 'reading', 'place', 'version'],
  refined_parts: ['session_id', 'id'],
  audio_pieces: ['session_id', 'channel', 'place'],
} as const;
type Table = keyof typeof TABLES;

type Row = Readonly<Record<string, unknown>>;
type Content = Readonly<Record<Table, readonly Row[]>>;

/** Columns that no MAC covers: the last use of a key lets nobody in, and a piece of audio is sealed by itself. */
const NOT_COVERED: ReadonlySet<string> = new Set(['api_keys.last_used_at', 'audio_pieces.sealed']);

const TIMEOUT_MS = 1_800_000;

const tampering = fc.record({
  kind: fc.constantFrom('change', 'delete', 'copy', 'move', 'replay'),
  table: fc.constantFrom(...(Object.keys(TABLES) as Table[])),
  row: fc.nat(),
  column: fc.nat(),
  other: fc.nat(),
});
type Tampering = typeof tampering extends fc.Arbitrary<infer Value> ? Value : never;

/** Tests that so many tamperings with single rows, drawn by chance, are found. */
export function testTampering(tamperings: number): void {
  test(
    'any tampering with a single row is found, and nothing else is reported',
    async () => {
      const dataDirectory = temporaryDirectory();
      const storage = await openTestStorage({ dataDirectory, database: undefined }, { keepAudio: 'true' });
      const states = await fill(storage, dataDirectory);
      const now = await contentOf(storage);
      expect(await findings(storage)).toEqual([]);
      for (const pragma of ['foreign_keys', 'synchronous'])
        await sql.raw(`pragma ${pragma} = off`).execute(storage.database.db);
      await fc.assert(
        fc.asyncProperty(tampering, async (what) => {
          const statement = statementOf(what, now, states);
          fc.pre(statement !== undefined);
          await statement.execute(storage.database.db);
          const isChanged = textOf(await contentOf(storage)) !== textOf(now);
          const found = await findings(storage);
          await restore(storage, now);
          expect(found.length > 0).toBe(isChanged);
        }),
        { numRuns: tamperings },
      );
      expect(await findings(storage)).toEqual([]);
    },
    TIMEOUT_MS,
  );
}

/** Performs every kind of change to rows. Resolves with the contents of the tables before each change. */
async function fill(storage: Storage, dataDirectory: string): Promise<readonly Content[]> {
  const states: Content[] = [];
  const recoveryCodes = createRecoveryCodes(storage);
  const services = {
    ...storage,
    passwords: createPasswords(),
    recoveryCodes,
    seal: accessSeal({ dataDirectory }),
  };
  const apiKeys = createApiKeys(storage);
  const users = createUsers(services);
  const accounts = createAccounts(services);
  const logins = createLogins({ loginIdleMinutes: 30, loginHours: 12 }, storage);
  const by = BY_SERVER;
  const steps: (() => Promise<unknown>)[] = [];
  for (const name of ['one', 'two']) {
    const order = { tenant: name, name, role: 'clinician', groups: [name], createdBy: undefined } as const;
    const key = await apiKeys.create({ ...order, expiresAt: undefined }, by);
    const user = await users.create({ ...order, usesCodes: false }, by);
    if (user === undefined) throw new Error('the name is taken');
    const writer = await begin(storage, name);
    steps.push(
      () => accounts.renewRecoveryCodes(user.id, { by }),
      () =>
        users.check(name, user.password, undefined, async (transaction, login) => {
          await logins.startIn(transaction, login.user);
        }),
      () => accounts.setPassword(user.id, 'correct horse battery', { by }),
      () => writer.commit(spoken('my knee', 0)) ?? Promise.resolve(),
      () => writer.commit(spoken('my hip', 1)) ?? Promise.resolve(),
      () => writer.keepAudio(0, new Float32Array(16_000 * 10)) ?? Promise.resolve(),
      () =>
        writer.refine({ id: 'p', model: 'm', start: 0, end: 1, finals: [spoken('knees', 0)] }) ??
        Promise.resolve(),
      () => writer.close('1000'),
      () => storage.records.correct(name, { reading: 'live', place: 0, version: 1, text: 'no' }, DR_LEE),
      () => storage.records.hold(name, true, DR_LEE),
      ...(name === 'one' ? [() => apiKeys.revoke(key.id, by), () => users.disable(user.id, by)] : []),
    );
  }
  for (const step of steps) {
    states.push(await contentOf(storage));
    await step();
  }
  return states;
}

function statementOf(
  { kind, table, row, column, other }: Tampering,
  now: Content,
  states: readonly Content[],
) {
  const rows = now[table];
  const chosen = pick(rows, row);
  if (chosen === undefined) return undefined;
  const columns = Object.keys(chosen).filter((name) => !NOT_COVERED.has(`${table}.${name}`));
  const name = pick(columns, column) ?? '';
  switch (kind) {
    case 'change':
      return updateOf(table, chosen, { [name]: otherThan(chosen[name]) });
    case 'move':
      return updateOf(table, chosen, { [name]: pick(rows, other)?.[name] });
    case 'delete':
      // Whoever removes a login logs somebody out.
      return table === 'logins'
        ? undefined
        : sql`delete from ${sql.table(table)} where ${whereOf(table, chosen)}`;
    case 'copy': {
      // A copy keeps its session: rows of a session that does not exist are part of no record.
      const keys = TABLES[table].filter((key) => key !== 'session_id');
      const copy = { ...chosen, ...Object.fromEntries(keys.map((key) => [key, otherThan(chosen[key])])) };
      return insertOf(table, copy);
    }
    case 'replay': {
      const before = pick(states, other)?.[table].find((old) =>
        TABLES[table].every((key) => old[key] === chosen[key]),
      );
      return before && updateOf(table, chosen, before);
    }
  }
}

function otherThan(value: unknown): unknown {
  if (Buffer.isBuffer(value))
    return Buffer.concat([value.subarray(0, -1), Buffer.from([(value.at(-1) ?? 0) ^ 1])]);
  if (typeof value === 'number') return value + 1;
  return typeof value === 'string' ? `${value}x` : '2026-01-01T00:00:00.000Z';
}

function updateOf(table: Table, row: Row, change: Row) {
  const assignments = Object.entries(change).map(([name, value]) => sql`${sql.ref(name)} = ${value}`);
  return sql`update or ignore ${sql.table(table)} set ${sql.join(assignments)} where ${whereOf(table, row)}`;
}

function insertOf(table: Table, row: Row) {
  const names = Object.keys(row).map((name) => sql.ref(name));
  return sql`insert into ${sql.table(table)} (${sql.join(names)}) values (${sql.join(Object.values(row))})`;
}

function whereOf(table: Table, row: Row) {
  return sql.join(
    TABLES[table].map((key) => sql`${sql.ref(key)} = ${row[key]}`),
    sql` and `,
  );
}

async function contentOf({ database: { db } }: Storage): Promise<Content> {
  const entries: [string, readonly Row[]][] = [];
  for (const [table, keys] of Object.entries(TABLES)) {
    const order = sql.join(keys.map((key) => sql.ref(key)));
    const { rows } = await sql<Row>`select * from ${sql.table(table)} order by ${order}`.execute(db);
    entries.push([table, rows]);
  }
  return Object.fromEntries(entries) as Content;
}

async function restore({ database }: Storage, content: Content): Promise<void> {
  await database.transaction(async (transaction) => {
    for (const table of Object.keys(TABLES) as Table[]) {
      await sql`delete from ${sql.table(table)}`.execute(transaction);
      for (const row of content[table]) await insertOf(table, row).execute(transaction);
    }
  });
}

function textOf(content: Content): string {
  return JSON.stringify(content);
}

function pick<Value>(values: readonly Value[], index: number): Value | undefined {
  return values[index % Math.max(1, values.length)];
}

async function findings(storage: Storage): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  for await (const rows of verifyAuthenticatedRows(storage)) found.push(...rows);
  for await (const rows of verifyRecordHeads(storage)) found.push(...rows);
  return found;
}
