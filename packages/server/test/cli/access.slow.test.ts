import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { newMasterKey } from '../../src/records/master-keys.js';
import { bearer, postJson } from '../support/guarded-server.js';
import { startScriptedServer } from '../support/scripted-server.js';
import { runCli } from './run-cli.js';

describe('auscult keys', () => {
  test('creates a key that a running server takes, lists it and revokes it', async () => {
    const dataDirectory = temporaryFolder();
    const server = await startScriptedServer({ authentication: 'required', dataDirectory });
    const run = (...args: string[]) => runCli(['keys', ...args, '--data-directory', dataDirectory]);
    const created = await run(
      'create',
      '--role',
      'service',
      '--group',
      'a',
      '--group',
      'b',
      '--name',
      'gateway',
    );
    expect(created).toMatchObject({ status: 0, stderr: '' });
    const key = created.stdout.trim();
    const identity = () => fetch(`${server.url}/api/v1/identity`, { headers: bearer(key) });
    expect(await (await identity()).json()).toMatchObject({ role: 'service', groups: ['a', 'b'] });

    const id = key.slice(5, 17);
    const { stdout: list } = await run('list');
    expect(list).toMatch(new RegExp(`^${id}  default  service  gateway  expires never  used \\d`));
    expect(list).not.toContain(key);
    expect(await run('revoke', id)).toMatchObject({ status: 0, stdout: `${id} is revoked\n` });
    expect((await identity()).status).toBe(401);
    expect(await run('revoke', id)).toMatchObject({ status: 0, stdout: `${id} was revoked before\n` });
    const { stdout: audit } = await runCli(['audit', 'export', '--data-directory', dataDirectory]);
    expect(audit).toMatch(/"key.create".*"command-line"[^]*"key.revoke"/);
    expect(audit).not.toContain(key);
  });

  test.each([
    [['create'], "required option '--role <role>' not specified"],
    [['create', '--role', 'local'], 'is invalid'],
    [['create', '--role', 'service', '--expires-in-days', '0'], 'at most 3650'],
    [['create', '--role', 'service', '--name', ''], 'Names have 1 to 100 characters'],
    [['revoke', 'none'], 'there is no key with this id. See `auscult keys list`.'],
  ])('refuses %j with status 2 and one line', async (args, message) => {
    const { status, stdout, stderr } = await runCli(['keys', ...args], {
      environment: { AUSCULT_DATA_DIRECTORY: temporaryFolder(), AUSCULT_MASTER_KEY: newMasterKey() },
    });
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^auscult: [^\n]+\n$/);
    expect(stderr).toContain(message);
  });
});

describe('auscult users', () => {
  test('creates somebody who can log in, and disables and resets them', async () => {
    const dataDirectory = temporaryFolder();
    const server = await startScriptedServer({ authentication: 'required', dataDirectory });
    const run = (...args: string[]) => runCli(['users', ...args, '--data-directory', dataDirectory]);
    const logIn = (name: string, password: string) =>
      postJson(`${server.url}/api/v1/login`, { name, password }).then(({ status }) => status);
    const { stdout } = await run('create', 'dr.who', '--role', 'clinician', '--no-codes');
    const password = /^password {7}(\w{20})\n$/.exec(stdout)?.[1] ?? '';
    expect(await logIn('dr.who', password)).toBe(200);
    const other = await run('create', 'nurse', '--role', 'clinician');
    expect(other.stdout).toMatch(/^password {7}\w{20}\nauthenticator {2}otpauth:\/\/totp\/Auscult:nurse\?/);
    expect(statSync(join(dataDirectory, 'access.key')).mode & 0o777).toBe(0o600);
    expect((await run('list')).stdout).toBe(
      'dr.who  default  clinician  -  without codes  can log in\nnurse  default  clinician  -  with codes  can log in\n',
    );
    expect(await run('disable', 'Dr.Who')).toMatchObject({ status: 0, stdout: 'Dr.Who is disabled\n' });
    expect(await logIn('dr.who', password)).toBe(401);
    const reset = await run('reset', 'dr.who', '--json');
    expect(await logIn('dr.who', (JSON.parse(reset.stdout) as { password: string }).password)).toBe(200);
    expect(await run('create', 'DR.WHO', '--role', 'auditor')).toMatchObject({
      status: 2,
      stderr: 'auscult: a user has this name already. Choose another, or see `auscult users reset`.\n',
    });
    expect(await run('disable', 'nobody')).toMatchObject({ status: 2 });
  });
});

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'auscult-access-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  return folder;
}
