import { chmodSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { rewrapDataKeys } from '../../src/records/data-keys.js';
import { loadMasterKeys, masterKeyId, newMasterKey } from '../../src/records/master-keys.js';
import { runCli } from '../cli/run-cli.js';
import { describeDatabases, temporaryDirectory } from '../support/databases.js';
import { begin, DR_LEE, openTestStorage, recordSession, spoken } from '../support/storage.js';

const KEY = newMasterKey();
const ID = masterKeyId(Buffer.from(KEY, 'base64'));
const NOWHERE = { dataDirectory: '/dev/null', masterKeyFile: undefined, masterKeyCommand: undefined };

describe('master keys', () => {
  test('come from the environment, a command or a file, and the first of several is the current one', async () => {
    const directory = temporaryDirectory();
    const masterKeyFile = join(directory, 'keys');
    writeFileSync(masterKeyFile, `${KEY}\n${newMasterKey()}\n`);
    const program = join(directory, 'kms');
    writeFileSync(program, `#!/bin/sh\n[ "$1" = unwrap ] && echo ${KEY}\n`);
    chmodSync(program, 0o700);
    for (const keys of [
      await loadMasterKeys(NOWHERE, { AUSCULT_MASTER_KEY: KEY }),
      await loadMasterKeys({ ...NOWHERE, masterKeyCommand: `${program} unwrap` }, {}),
      await loadMasterKeys({ ...NOWHERE, masterKeyFile }, {}),
    ])
      expect(keys.current().id).toBe(ID);
  });

  test.each([
    ['too short', 'c2hvcnQ='],
    ['no base64', 'x'.repeat(44)],
    ['empty', ' '],
  ])('that are %s are refused without being repeated', async (_what, text) => {
    const failure = await loadMasterKeys(NOWHERE, { AUSCULT_MASTER_KEY: text }).catch(
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({
      name: 'ConfigError',
      remedy: expect.stringContaining('openssl rand') as string,
    });
    if (text !== ' ') expect(String(failure)).not.toContain(text);
  });

  test('are refused with the setting when their command fails', async () => {
    const failure = await loadMasterKeys({ ...NOWHERE, masterKeyCommand: 'cat /none' }, {}).catch(
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({
      name: 'ConfigError',
      message: expect.stringContaining('masterKeyCommand') as string,
    });
  });
});

describeDatabases('the master key', ({ settings }) => {
  test('is created at the first start, readable by its owner only, and kept', async () => {
    const place = settings();
    const storage = await openTestStorage(place);
    const path = join(place.dataDirectory, 'master.key');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const before = readFileSync(path, 'utf8');
    await recordSession(storage, 'a', ['my knee']);
    await openTestStorage(place);
    expect(readFileSync(path, 'utf8')).toBe(before);
  });

  test('that is lost or replaced is reported, and no new one is created', async () => {
    const place = settings();
    const storage = await openTestStorage(place);
    await recordSession(storage, 'a', ['my knee']);
    const path = join(place.dataDirectory, 'master.key');
    rmSync(path);
    await expect(openTestStorage(place)).rejects.toMatchObject({
      name: 'ConfigError',
      remedy: expect.stringContaining('Put it back') as string,
    });
    writeFileSync(path, newMasterKey());
    await expect(openTestStorage(place)).rejects.toMatchObject({
      message: expect.stringContaining(storage.masterKeys.current().id) as string,
    });
  });

  test('can be rotated during a session, and records from before, during and after can be read', async () => {
    const place = settings();
    const storage = await openTestStorage(place);
    await recordSession(storage, 'before', ['one']);
    const during = await begin(storage, 'during');
    await during.commit(spoken('two', 0));

    const database = place.database === undefined ? [] : ['--database', place.database];
    const rotated = await runCli([
      'master-key',
      'rotate',
      '--json',
      '--data-directory',
      place.dataDirectory,
      ...database,
    ]);
    expect(rotated).toMatchObject({ status: 0, stderr: '' });
    const { masterKey, rewrapped } = JSON.parse(rotated.stdout) as { masterKey: string; rewrapped: number };
    expect(rewrapped).toBe(2);

    await during.commit(spoken('three', 1));
    await during.close('1000');
    await recordSession(storage, 'after', ['four']);
    expect((await storage.records.read('before', DR_LEE)).finals).toBe(1);
    expect((await storage.records.read('during', DR_LEE)).finals).toBe(2);
    expect(storage.masterKeys.current().id).toBe(masterKey);
    // The audit log had told this server of the new key before the last session began.
    expect(await rewrapDataKeys(storage.database, storage.masterKeys)).toBe(0);

    const path = join(place.dataDirectory, 'master.key');
    writeFileSync(path, readFileSync(path, 'utf8').split('\n')[0] ?? '');
    const later = await openTestStorage(place);
    for (const id of ['before', 'during', 'after'])
      expect((await later.records.read(id, DR_LEE)).segments.length).toBeGreaterThan(0);
  });
});
