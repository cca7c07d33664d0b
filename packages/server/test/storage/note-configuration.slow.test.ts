import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { loadConfig } from '../../src/config/load-config.js';
import type { Config } from '../../src/config/schema.js';
import { newMasterKey } from '../../src/records/master-keys.js';
import { noteConfiguration } from '../../src/storage/note-configuration.js';
import { keepKeysCurrent } from '../../src/storage/open-storage.js';
import { createLog } from '../../src/telemetry/log.js';
import { describeDatabases, temporaryDirectory } from '../support/databases.js';
import { startScriptedServer } from '../support/scripted-server.js';
import { openTestStorage } from '../support/storage.js';
import { until } from '../support/until.js';

describeDatabases('settings that differ from those of the last start', ({ settings }) => {
  test('are audited by name, with their values unless these are secret', async () => {
    const where = settings();
    const storage = await openTestStorage(where);
    const start = async (flags: Partial<Record<keyof Config, string>>) => {
      const before = (await changesIn(storage)).length;
      const { dataDirectory } = where;
      await noteConfiguration(loadConfig({ flags: { dataDirectory, ...flags }, environment: {} }), storage);
      return (await changesIn(storage)).slice(before);
    };
    const secret = { masterKeyCommand: 'fetch-key --token swordfish' };
    expect(await start({ retention: '*=365' })).toEqual([
      [undefined, expect.stringContaining('first start') as string],
    ]);
    expect(await start({ retention: '*=365' })).toEqual([]);
    expect(await start({ retention: '*=30', port: '8001', ...secret })).toEqual([
      ['port', '8000 → 8001'],
      ['masterKeyCommand', undefined],
      ['retention', '["*=365"] → ["*=30"]'],
    ]);
    expect(await start({ retention: '*=30', port: '8001', ...secret })).toEqual([]);
    expect(await start({ retention: '*=30', keepAudio: 'true' })).toEqual([
      ['port', '8001 → 8000'],
      ['keepAudio', 'false → true'],
      ['masterKeyCommand', undefined],
    ]);
    const { db } = storage.database;
    for (const table of ['audit_entries', 'configurations'] as const)
      expect(JSON.stringify(await db.selectFrom(table).selectAll().execute())).not.toContain('swordfish');
    await db
      .updateTable('configurations')
      .set({ sealed: Buffer.from('tampered with, and so unknown') })
      .execute();
    expect(await start({})).toEqual([[undefined, expect.stringContaining('is lost') as string]]);
  });
});

test('a server audits its changed settings at its start', async () => {
  const dataDirectory = temporaryDirectory();
  const first = await startScriptedServer({ dataDirectory, maxSessions: '7' });
  await first.app.close();
  await startScriptedServer({ dataDirectory, maxSessions: '8' });
  const storage = await openTestStorage({ dataDirectory, database: undefined });
  expect(await changesIn(storage)).toContainEqual(['maxSessions', '7 → 8']);
});

test('a new current master key is audited while the server runs', async () => {
  const dataDirectory = temporaryDirectory();
  const masterKeyFile = join(dataDirectory, 'keys');
  const former = newMasterKey();
  writeFileSync(masterKeyFile, former);
  const storage = await openTestStorage({ dataDirectory, database: undefined }, { masterKeyFile });
  const { id } = storage.masterKeys.current();
  writeFileSync(masterKeyFile, `${newMasterKey()}\n${former}\n`);
  onTestFinished(keepKeysCurrent(storage, createLog({ logLevel: 'silent', logFormat: 'json' })));
  await until(async () => (await changesIn(storage)).length > 0);
  const { id: next } = storage.masterKeys.current();
  expect(await changesIn(storage)).toEqual([['master key', `${id} → ${next}`]]);
});

async function changesIn({
  database,
}: Awaited<ReturnType<typeof openTestStorage>>): Promise<readonly (readonly unknown[])[]> {
  const rows = await database.db.selectFrom('audit_entries').select('entry').orderBy('sequence').execute();
  return rows
    .map(({ entry }) => JSON.parse(entry) as { action: string; what?: string; reason?: string })
    .filter(({ action }) => action === 'configuration.change')
    .map(({ what, reason }) => [what, reason]);
}
