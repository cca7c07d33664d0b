import { once } from 'node:events';
import { expect, test } from 'vitest';
import { auditKeys } from '../../src/audit/audit-keys.js';
import { verifyAudit } from '../../src/audit/verify.js';
import { openDatabase } from '../../src/db/database.js';
import { newMasterKey } from '../../src/records/master-keys.js';
import { EVENT, masterKeysOf } from '../support/audit.js';
import { describeDatabases } from '../support/databases.js';
import { ownEnvironment } from '../support/real-server.js';
import { spawnOwned } from '../support/spawn-owned.js';

const WRITERS = 3;
const ENTRIES = 200;

/** A program that adds entries, ten at a time, as servers do under load. */
const PROGRAM = `
const load = (path) => import(new URL(path, process.env.WRITER_DIST).href);
const [{ createAuditLog }, { auditKeys }, { openDatabase }, { createCommitQueue }, { loadMasterKeys }] =
  await Promise.all(
    ['audit/audit-log.js', 'audit/audit-keys.js', 'db/database.js', 'db/commit-queue.js', 'records/master-keys.js'].map(load),
  );
const settings = JSON.parse(process.env.WRITER_SETTINGS);
const database = await openDatabase(settings);
const queue = createCommitQueue(database, { onFailing: () => undefined, onRecovered: () => undefined });
const keys = await loadMasterKeys({ dataDirectory: '', masterKeyFile: undefined, masterKeyCommand: undefined }, process.env);
const log = createAuditLog({
  database,
  queue,
  keys: auditKeys(keys),
  chain: undefined,
  onAnchored: () => Promise.resolve(),
  onTrouble: () => process.exit(3),
});
const event = JSON.parse(process.env.WRITER_EVENT);
for (let written = 0; written < ${ENTRIES}; written += 10)
  await Promise.all(Array.from({ length: 10 }, () => log.append(event)));
await queue.close();
await database.close();
`;

describeDatabases('the audit log', ({ kind, settings }) => {
  test.skipIf(kind === 'sqlite')(
    'stays one chain when three processes add to it at once',
    { timeout: 240_000 },
    async () => {
      const [where, key] = [settings(), newMasterKey()];
      // It is made by one of them alone, as by the first server that starts.
      await (await openDatabase(where)).close();
      const statuses = await Promise.all(
        Array.from({ length: WRITERS }, async () => {
          const writer = spawnOwned([process.execPath, '--input-type=module', '-e', PROGRAM], {
            env: {
              ...ownEnvironment(),
              AUSCULT_MASTER_KEY: key,
              WRITER_DIST: new URL('../../dist/', import.meta.url).href,
              WRITER_SETTINGS: JSON.stringify(where),
              WRITER_EVENT: JSON.stringify(EVENT),
            },
          });
          writer.stdout.resume();
          let problems = '';
          writer.stderr.on('data', (chunk: Buffer) => (problems += chunk.toString()));
          const [status] = (await once(writer, 'exit')) as [number | null];
          return status === 0 ? 0 : problems;
        }),
      );
      expect(statuses).toEqual([0, 0, 0]);
      const database = await openDatabase(where);
      const report = await verifyAudit(database, { keys: auditKeys(await masterKeysOf(key)) });
      await database.close();
      expect(report).toMatchObject({ entries: WRITERS * ENTRIES, problems: [], isSealChecked: true });
    },
  );
});
