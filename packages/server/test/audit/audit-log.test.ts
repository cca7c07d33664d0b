import { appendFileSync, readFileSync } from 'node:fs';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { sql } from 'kysely';
import { describe, expect, onTestFinished, test } from 'vitest';
import { anchorFile, readAnchors } from '../../src/audit/anchor.js';
import { createAuditLog, type AuditLog } from '../../src/audit/audit-log.js';
import type { AuditEvent } from '../../src/audit/audit-event.js';
import { syslogAnchor } from '../../src/audit/syslog.js';
import { verifyAudit } from '../../src/audit/verify.js';
import { createCommitQueue } from '../../src/db/commit-queue.js';
import { openDatabase, type Database } from '../../src/db/database.js';
import type { DatabaseKind } from '../../src/db/schema-change.js';
import { runCli } from '../cli/run-cli.js';
import { describeDatabases, temporaryDirectory } from '../support/databases.js';

const EVENT: AuditEvent = {
  action: 'record.read',
  outcome: 'success',
  who: { tenant: 'default', subject: 'dr-lee', kind: 'user', role: 'clinician' },
  from: '192.0.2.1',
  what: 'a-session',
};

const QUIET = { onFailing: () => undefined, onRecovered: () => undefined };

describeDatabases('the audit log', ({ kind, open }) => {
  test('is whole after entries were added, also at the same time', async () => {
    const database = await open();
    const log = logOver(database);
    await Promise.all(Array.from({ length: 40 }, () => log.append(EVENT)));
    const report = await verifyAudit(database, []);
    expect(report).toMatchObject({ entries: 40, problems: [] });
    expect(report.head).toEqual(await log.head());
  });

  test('is one chain when two servers add to it', async () => {
    const database = await open();
    const [one, other] = [logOver(database), logOver(database)];
    await Promise.all(Array.from({ length: 40 }, (_, index) => (index % 2 ? one : other).append(EVENT)));
    expect(await verifyAudit(database, [])).toMatchObject({ entries: 40, problems: [] });
  });

  test('adds nothing where the work that it belongs to is undone', async () => {
    const database = await open();
    const log = logOver(database);
    const failing = database.transaction(async (transaction) => {
      await log.appendIn(transaction, EVENT);
      throw new Error('undone');
    });
    await expect(failing).rejects.toThrow('undone');
    expect(await log.head()).toMatchObject({ sequence: 0 });
  });

  describe('that was tampered with', () => {
    test.each([
      [
        'altered',
        `update audit_entries set entry = replace(entry, 'dr-lee', 'dr-who') where sequence = 4`,
        'altered',
        4,
      ],
      ['removed', `delete from audit_entries where sequence = 4`, 'removed', 5],
      ['removed at the beginning', `delete from audit_entries where sequence = 1`, 'removed', 2],
      [
        'put in',
        `insert into audit_entries select 11, replace(entry, '"sequence":10', '"sequence":11'), hash from audit_entries where sequence = 10`,
        'altered',
        11,
      ],
      ['cut off', `delete from audit_entries where sequence > 8`, 'truncated', 10],
    ] as const)('has an entry that was %s found', async (_how, statement, problem, sequence) => {
      const { database, anchors } = await tamperedWith(await open(), kind, [statement]);
      const { problems } = await verifyAudit(database, anchors);
      expect(problems).toContainEqual({ kind: problem, sequence });
    });

    test('has entries that changed places found', async () => {
      const { database, anchors } = await tamperedWith(await open(), kind, [
        'update audit_entries set sequence = -4 where sequence = 4',
        'update audit_entries set sequence = 4 where sequence = 5',
        'update audit_entries set sequence = 5 where sequence = -4',
      ]);
      const { problems } = await verifyAudit(database, anchors);
      expect(problems).toContainEqual({ kind: 'reordered', sequence: 4 });
      expect(problems).toContainEqual({ kind: 'reordered', sequence: 5 });
    });

    test('has a chain that was written anew found by its anchor', async () => {
      const database = await open();
      const { anchors } = await tamperedWith(database, kind, ['delete from audit_entries']);
      const log = logOver(database);
      for (let entry = 0; entry < 12; entry++) await log.append(EVENT);
      expect((await verifyAudit(database, [])).problems).toEqual([]);
      expect((await verifyAudit(database, anchors)).problems).toEqual([{ kind: 'rewritten', sequence: 10 }]);
    });
  });
});

test('anchors lie in a file, and one that is no anchor is named', async () => {
  const path = join(temporaryDirectory(), 'deep', 'anchor.log');
  const sink = anchorFile(path, (error) => {
    throw error;
  });
  await sink({ sequence: 3, hash: 'abc' });
  await sink({ sequence: 9, hash: 'def' });
  expect(await readAnchors(path)).toMatchObject([
    { sequence: 3, hash: 'abc' },
    { sequence: 9, hash: 'def' },
  ]);
  appendFileSync(path, '{"sequence": 12, "ha');
  expect(await readAnchors(path)).toHaveLength(2);
  appendFileSync(path, '\n');
  await expect(readAnchors(path)).rejects.toThrow('line 3');
});

test('anchors are told to a syslog server', async () => {
  const server = createSocket('udp4').bind(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const message = once(server, 'message') as Promise<[Buffer]>;
  const { port } = server.address() as AddressInfo;
  await syslogAnchor(`udp://127.0.0.1:${port}`, (error) => {
    throw error;
  })({ sequence: 7, hash: 'abc' });
  expect((await message)[0].toString()).toMatch(
    /^<109>1 \S+ \S+ auscult \d+ audit-head - sequence=7 hash=abc$/,
  );
});

describe('auscult audit', () => {
  test('verifies and exports what a server wrote, and tells by its exit status when it was tampered with', async () => {
    const dataDirectory = temporaryDirectory();
    const database = await openDatabase({ dataDirectory, database: undefined });
    const log = logOver(database, join(dataDirectory, 'audit-anchor.log'));
    for (let entry = 0; entry < 3; entry++) await log.append(EVENT);
    await log.close();

    const whole = await runCli(['audit', 'verify', '--json', '--data-directory', dataDirectory]);
    expect(whole.status).toBe(0);
    expect(JSON.parse(whole.stdout)).toMatchObject({ entries: 3, anchors: 1, problems: [] });

    const file = join(dataDirectory, 'audit.jsonl');
    const exported = await runCli(['audit', 'export', file, '--json', '--data-directory', dataDirectory]);
    expect(JSON.parse(exported.stdout)).toEqual({ file, entries: 4 });
    const lines = readFileSync(file, 'utf8').trim().split('\n');
    expect(JSON.parse(lines[2] ?? '')).toMatchObject({
      entry: { sequence: 3, action: 'record.read', subject: 'dr-lee' },
    });

    await sql`drop trigger audit_entries_no_delete`.execute(database.db);
    await sql`delete from audit_entries where sequence >= 3`.execute(database.db);
    await database.close();
    const cut = await runCli(['audit', 'verify', '--data-directory', dataDirectory]);
    expect(cut).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('the log ends before it') as string,
    });
  });
});

function logOver(database: Database, anchor?: string): AuditLog {
  const queue = createCommitQueue(database, QUIET);
  onTestFinished(() => queue.close());
  const sinks =
    anchor === undefined
      ? []
      : [
          anchorFile(anchor, (error) => {
            throw error;
          }),
        ];
  return createAuditLog(database, queue, sinks);
}

/** Writes ten entries, takes the triggers away as an intruder would, and changes them. */
async function tamperedWith(database: Database, kind: DatabaseKind, statements: readonly string[]) {
  const log = logOver(database);
  for (let entry = 0; entry < 10; entry++) await log.append(EVENT);
  const anchors = [await log.head()];
  const triggers =
    kind === 'sqlite'
      ? ['drop trigger audit_entries_no_update', 'drop trigger audit_entries_no_delete']
      : ['drop trigger audit_entries_no_change on audit_entries'];
  for (const statement of [...triggers, ...statements]) await sql.raw(statement).execute(database.db);
  return { database, anchors };
}
