import { appendFileSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { auditKeys, publicAnchorKeys } from '../../src/audit/audit-keys.js';
import { createAuditLog, type AuditLog } from '../../src/audit/audit-log.js';
import { verifyAudit } from '../../src/audit/verify.js';
import { createCommitQueue } from '../../src/db/commit-queue.js';
import type { Database } from '../../src/db/database.js';
import { newMasterKey, type MasterKeys } from '../../src/records/master-keys.js';
import { loadConfig } from '../../src/config/load-config.js';
import { noteConfiguration } from '../../src/storage/note-configuration.js';
import { readSavedConfiguration, saveConfiguration } from '../../src/storage/saved-configuration.js';
import { runCli } from '../cli/run-cli.js';
import {
  addEntries,
  anchorLinesOf,
  anchorPathOf,
  EVENT,
  masterKeysOf,
  openLog,
  tamper,
  verifyLog,
} from '../support/audit.js';
import { describeDatabases, temporaryDirectory } from '../support/databases.js';

const QUIET = { onFailing: () => undefined, onRecovered: () => undefined };

describeDatabases('the audit log', ({ settings, open }) => {
  test('verifies after entries were added concurrently', async () => {
    const [database, keys] = [await open(), await masterKeysOf()];
    const log = logOver(database, keys);
    await Promise.all(Array.from({ length: 40 }, () => log.append(EVENT)));
    const report = await verifyAudit(database, { keys: auditKeys(keys) });
    expect(report).toMatchObject({ entries: 40, problems: [], isSealChecked: true });
    expect(report.head).toMatchObject({ sequence: 40 });
    expect(await log.head()).toMatchObject(report.head);
  });

  test('stays one chain when two servers add to it', async () => {
    const [database, keys] = [await open(), await masterKeysOf()];
    const [one, other] = [logOver(database, keys), logOver(database, keys)];
    await Promise.all(Array.from({ length: 40 }, (_, index) => (index % 2 ? one : other).append(EVENT)));
    expect(await verifyAudit(database, { keys: auditKeys(keys) })).toMatchObject({
      entries: 40,
      problems: [],
    });
  });

  test('keeps no entry of a transaction that is rolled back', async () => {
    const database = await open();
    const log = logOver(database, await masterKeysOf());
    const failing = database.transaction(async (transaction) => {
      await log.appendIn(transaction, EVENT);
      throw new Error('undone');
    });
    await expect(failing).rejects.toThrow('undone');
    expect(await log.head()).toMatchObject({ sequence: 0 });
  });

  test('is anchored in a file in which each anchor follows from the one before', async () => {
    const [where, keys] = [settings(), await masterKeysOf()];
    await addEntries(where, keys, 3);
    await addEntries(where, keys, 2);
    const anchors = anchorLinesOf(where).map(
      (line) => JSON.parse(line) as { number: number; sequence: number },
    );
    expect(anchors.map(({ number, sequence }) => [number, sequence])).toEqual([
      [1, 3],
      [2, 5],
    ]);
    expect(await verifyLog(where, keys)).toMatchObject({ entries: 5, anchors: 2, problems: [] });
    const publicKeys = publicAnchorKeys(
      auditKeys(keys)
        .publicKeys()
        .map(({ key }) => key),
    );
    expect(await verifyLog(where, undefined, { publicKeys })).toMatchObject({
      anchors: 2,
      isSealChecked: false,
      problems: [],
    });
  });

  test.each([
    ['cut', 'delete from audit_entries where sequence > 4', 'ends with entry 4', 'truncated'],
    [
      'longer',
      `insert into audit_entries select 8, entry, hash from audit_entries where sequence = 7`,
      'entries after 7 were added',
      'added',
    ],
    [
      'other at its end',
      `update audit_entries set hash = entry where sequence = 7`,
      'not the one that was sealed',
      'rewritten',
    ],
    ['without its head', 'delete from audit_head', 'sealed head of the audit log is gone', 'head-missing'],
    [
      'under another head',
      `update audit_head set content = replace(content, '"sequence":7', '"sequence":6')`,
      'without the master key',
      'head-forged',
    ],
    ['empty', 'delete from audit_entries; delete from audit_head', 'knows of entry', 'truncated'],
  ] as const)(
    'that is %s is refused at start, and verification finds it',
    async (_how, statements, message, kind) => {
      const [where, keys] = [settings(), await masterKeysOf()];
      await addEntries(where, keys, 5);
      await addEntries(where, keys, 2);
      await tamper(where, ...statements.split('; '));
      await expect(openLog(where, keys)).rejects.toMatchObject({
        name: 'ConfigError',
        message: expect.stringContaining(message) as string,
        remedy: expect.stringContaining('auscult audit accept') as string,
      });
      const { problems } = await verifyLog(where, keys);
      expect(problems.map((problem) => problem.kind)).toContain(kind);
    },
  );

  test('that is cut while a server runs goes on with a gap, and verification finds it', async () => {
    const [where, keys] = [settings(), await masterKeysOf()];
    await addEntries(where, keys, 5);
    const log = await openLog(where, keys);
    await tamper(where, 'delete from audit_entries where sequence > 3');
    await log.audit.append(EVENT);
    expect(log.told).toEqual(['tampered']);
    expect(log.audit.evidence().findings).toEqual(['tampered']);
    await log.close();
    const { problems } = await verifyLog(where, keys);
    expect(problems).toContainEqual({ kind: 'removed', sequence: 6 });
  });

  test('whose head is reset to a former one while a server runs refuses further entries', async () => {
    const [where, keys] = [settings(), await masterKeysOf()];
    const log = await openLog(where, keys);
    await log.audit.append(EVENT);
    const former = await log.database.db.selectFrom('audit_head').selectAll().executeTakeFirstOrThrow();
    await log.audit.append(EVENT);
    await log.audit.close();
    await tamper(where, 'delete from audit_entries where sequence > 1');
    await log.database.db
      .updateTable('audit_head')
      .set({ content: former.content, mac: former.mac })
      .execute();
    await expect(log.audit.append(EVENT)).rejects.toMatchObject({ code: 'records_unavailable' });
    expect(log.told).toEqual(['tampered']);
    await log.close();
  });
});

describe('anchors', () => {
  test('that are gone are reported and started anew, and verification still finds the gap', async () => {
    const { where, keys } = await anchored();
    rmSync(anchorPathOf(where));
    expect((await verifyLog(where, keys)).problems).toContainEqual({ kind: 'anchors-missing', sequence: 6 });
    const log = await openLog(where, keys);
    expect(log.told).toEqual(['anchors missing']);
    expect(log.audit.evidence().findings).toEqual(['anchors-missing']);
    await log.close();
    const again = await openLog(where, keys);
    expect(again.told).toEqual([]);
    expect(await actionsIn(again.database)).toContain('audit.anchors-missing');
    await again.close();
    expect((await verifyLog(where, keys)).problems).toEqual([{ kind: 'anchors-missing', sequence: 6 }]);
  });

  test('at the end are missed when they are gone', async () => {
    const { where, keys } = await anchored();
    writeFileSync(anchorPathOf(where), `${anchorLinesOf(where)[0] ?? ''}\n`);
    expect((await verifyLog(where, keys)).problems).toEqual([{ kind: 'anchor-missing', sequence: 6 }]);
    const log = await openLog(where, keys);
    expect(log.told).toEqual(['anchors missing']);
    await log.close();
  });

  test('without a signature behind signed ones are refused, even if they agree', async () => {
    const { where, keys } = await anchored();
    const { sequence, hash, time } = JSON.parse(anchorLinesOf(where)[0] ?? '') as Record<string, unknown>;
    appendFileSync(anchorPathOf(where), `${JSON.stringify({ sequence, hash, time })}\n`);
    await expect(openLog(where, keys)).rejects.toThrow('without a signature');
    expect((await verifyLog(where, keys)).problems).toEqual([{ kind: 'anchor-unsigned', sequence }]);
  });

  test('keep a server from starting with another or an older database', async () => {
    const { where, keys } = await anchored();
    const empty = { dataDirectory: temporaryDirectory(), database: undefined };
    const auditAnchor = anchorPathOf(where);
    await expect(openLog(empty, keys, { auditAnchor })).rejects.toThrow('which the audit log lacks');
    expect((await verifyLog(empty, keys, {}, { auditAnchor })).problems).toContainEqual({
      kind: 'truncated',
      sequence: 6,
    });
  });

  test('cut short by a crash are replaced', async () => {
    const { where, keys } = await anchored();
    const whole = readFileSync(anchorPathOf(where), 'utf8');
    appendFileSync(anchorPathOf(where), '{"chain":"cut sho');
    await addEntries(where, keys, 1);
    const after = readFileSync(anchorPathOf(where), 'utf8');
    expect(after.startsWith(whole)).toBe(true);
    expect(after).not.toContain('cut sho');
    expect((await verifyLog(where, keys)).problems).toEqual([]);
  });

  test('overwritten by zeros are tolerated at the end, after a power failure, and found elsewhere', async () => {
    const { where, keys } = await anchored();
    const [first = '', ...others] = anchorLinesOf(where);
    appendFileSync(anchorPathOf(where), `${'\0'.repeat(first.length - 20)}${first.slice(-20)}\n`);
    expect((await verifyLog(where, keys)).problems).toEqual([]);
    await addEntries(where, keys, 1);
    expect((await verifyLog(where, keys)).problems).toEqual([]);
    writeFileSync(anchorPathOf(where), `${['\0'.repeat(first.length), ...others].join('\n')}\n`);
    expect((await verifyLog(where, keys)).problems.map(({ kind }) => kind)).toContain('anchor-missing');
  });

  test('wait while their file cannot be written, and are written in order later', async () => {
    const [where, keys] = [
      { dataDirectory: temporaryDirectory(), database: undefined },
      await masterKeysOf(),
    ];
    const blocked = join(where.dataDirectory, 'blocked');
    const auditAnchor = join(blocked, 'anchor.log');
    writeFileSync(blocked, 'a file where a folder should be');
    const log = await openLog(where, keys, { auditAnchor });
    await log.audit.append(EVENT);
    await log.close();
    expect(log.told).toEqual(['file fails']);
    expect(log.audit.evidence().sinks).toMatchObject([{ name: 'file', failures: 1 }]);
    expect((await verifyLog(where, keys, {}, { auditAnchor })).problems).toEqual([]);
    renameSync(blocked, `${blocked}.aside`);
    await addEntries(where, keys, 1, { auditAnchor });
    const lines = readFileSync(auditAnchor, 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { number: number }).number)).toEqual([1, 2]);
    expect((await verifyLog(where, keys, {}, { auditAnchor })).problems).toEqual([]);
  });

  test('are verified after a rotation, and by later anchors once the old master key is gone', async () => {
    const [old, current] = [newMasterKey(), newMasterKey()];
    const where = { dataDirectory: temporaryDirectory(), database: undefined };
    await addEntries(where, await masterKeysOf(old), 2);
    await addEntries(where, await masterKeysOf(current, old), 2);
    expect(await verifyLog(where, await masterKeysOf(current, old))).toMatchObject({
      anchors: 2,
      problems: [],
    });
    expect(await verifyLog(where, await masterKeysOf(current))).toMatchObject({ anchors: 2, problems: [] });
    await addEntries(where, await masterKeysOf(current), 1);
    expect((await verifyLog(where, await masterKeysOf())).problems.map(({ kind }) => kind)).toEqual([
      'head-unverified',
      'anchor-unverified',
    ]);
  });
});

describe('a log of an earlier version', () => {
  test('is taken over with its unsigned anchors', async () => {
    const { where, keys } = await writtenEarlier();
    const log = await openLog(where, keys);
    await log.close();
    const report = await verifyLog(where, keys);
    expect(report).toMatchObject({ anchors: 3, unsigned: 2, problems: [] });
    const [first, ...others] = anchorLinesOf(where);
    writeFileSync(anchorPathOf(where), `${[first?.replace('T', 't'), ...others].join('\n')}\n`);
    expect((await verifyLog(where, keys)).problems.map(({ kind }) => kind)).toContain('anchor-altered');
  });

  test('is refused where it was cut, or where a version that seals has already used it', async () => {
    const { where, keys } = await writtenEarlier();
    await tamper(where, 'delete from audit_entries where sequence > 3');
    await expect(openLog(where, keys)).rejects.toThrow('which the audit log lacks');

    const later = await writtenEarlier();
    await (await openLog(later.where, later.keys)).close();
    await tamper(later.where, 'delete from audit_head', 'delete from audit_anchors');
    const unsigned = anchorLinesOf(later.where).slice(0, 2);
    writeFileSync(anchorPathOf(later.where), `${unsigned.join('\n')}\n`);
    await expect(openLog(later.where, later.keys)).rejects.toThrow('nothing shows that a version wrote it');
    await tamper(later.where, 'delete from configurations');
    await expect(openLog(later.where, later.keys)).rejects.toThrow('nothing shows that a version wrote it');
  });
});

describe('auscult audit', () => {
  test('verifies, exports, and accepts a tampered log only in its present state', async () => {
    const dataDirectory = temporaryDirectory();
    const masterKey = newMasterKey();
    const where = { dataDirectory, database: undefined };
    const environment = { AUSCULT_MASTER_KEY: masterKey, AUSCULT_DATA_DIRECTORY: dataDirectory };
    const keys = await masterKeysOf(masterKey);
    const run = (...args: string[]) => runCli(['audit', ...args], { environment });
    await addEntries(where, keys, 3);

    const file = join(dataDirectory, 'audit.jsonl');
    const [printed, exported] = await Promise.all([run('public-key'), run('export', file, '--json')]);
    // Three entries, one that notes that rows are vouched for from now on, and one about the export itself.
    expect(JSON.parse(exported.stdout)).toEqual({ file, entries: 5 });
    const lines = readFileSync(file, 'utf8').trim().split('\n');
    expect(JSON.parse(lines[2] ?? '')).toMatchObject({
      entry: { sequence: 3, action: 'record.read', subject: 'dr-lee' },
    });

    await tamper(
      where,
      'delete from audit_entries where sequence = 2',
      'delete from audit_entries where sequence > 3',
    );
    const pem = join(dataDirectory, 'audit.pem');
    writeFileSync(pem, printed.stdout);
    const cut = await run('verify', '--json', '--public-key', pem);
    expect(cut).toMatchObject({ status: 1, stderr: '' });
    expect(JSON.parse(cut.stdout)).toMatchObject({
      entries: 2,
      anchors: 2,
      isSealChecked: false,
      problems: [
        { kind: 'removed', sequence: 3 },
        { kind: 'altered', sequence: 3 },
        { kind: 'truncated', sequence: 5 },
      ],
    });
    const accepted = await run('accept', '--reason', 'the disk was brought back');
    expect(accepted).toMatchObject({ status: 0, stderr: '' });
    expect(accepted.stdout).toContain('goes on from entry 4');
    await addEntries(where, keys, 1);
    expect(await verifyLog(where, keys)).toMatchObject({
      entries: 4,
      problems: [],
      accepted: [
        { kind: 'removed', sequence: 3 },
        { kind: 'altered', sequence: 3 },
      ],
    });
    await tamper(
      where,
      `update audit_entries set entry = replace(entry, 'dr-lee', 'dr-who') where sequence = 3`,
    );
    expect((await verifyLog(where, keys)).problems.length).toBeGreaterThan(1);
  });
});

/** A log of six entries with two anchors. */
async function anchored() {
  const where = { dataDirectory: temporaryDirectory(), database: undefined };
  const keys = await masterKeysOf();
  await addEntries(where, keys, 4);
  await addEntries(where, keys, 2);
  return { where, keys };
}

/** A log as a version left it that did not seal: with unsigned anchors of its entries 2 and 4. */
async function writtenEarlier() {
  const where = { dataDirectory: temporaryDirectory(), database: undefined };
  const keys = await masterKeysOf();
  const { database, audit, close } = await openLog(where, keys);
  for (let entry = 0; entry < 4; entry++) await audit.append(EVENT);
  const queue = createCommitQueue(database, QUIET);
  const config = loadConfig({ flags: { dataDirectory: where.dataDirectory }, environment: {} });
  await noteConfiguration(config, { database, queue, audit, masterKeys: keys });
  await withoutMark(database, keys, where.dataDirectory);
  const rows = await database.db.selectFrom('audit_entries').select(['sequence', 'hash']).execute();
  await close();
  await tamper(where, 'delete from audit_head', 'delete from audit_anchors');
  const time = new Date().toISOString();
  const anchors = rows.filter(({ sequence }) => sequence === 2 || sequence === 4);
  const lines = anchors.map(({ sequence, hash }) => `${JSON.stringify({ sequence, hash, time })}\n`);
  writeFileSync(anchorPathOf(where), lines.join(''));
  return { where, keys };
}

async function withoutMark(database: Database, keys: MasterKeys, dataDirectory: string): Promise<void> {
  const saved = {
    ...(await readSavedConfiguration(database, keys, dataDirectory)),
    auditIsSealed: undefined,
  };
  await database.transaction((transaction) => saveConfiguration(transaction, keys, dataDirectory, saved));
}

async function actionsIn({ db }: Database): Promise<readonly string[]> {
  const rows = await db.selectFrom('audit_entries').select('entry').orderBy('sequence').execute();
  return rows.map(({ entry }) => (JSON.parse(entry) as { action: string }).action);
}

/** A log that nobody anchors. */
function logOver(database: Database, masterKeys: MasterKeys): AuditLog {
  return createAuditLog({
    database,
    queue: createCommitQueue(database, QUIET),
    keys: auditKeys(masterKeys),
    chain: undefined,
    onAnchored: () => Promise.resolve(),
    onTrouble: () => {
      throw new Error('nobody has tampered with it');
    },
  });
}
