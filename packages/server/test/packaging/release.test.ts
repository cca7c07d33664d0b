import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { serverVersion } from '../../src/version.js';
import { deployPath } from '../deploy/expressions.js';
import { temporaryDirectory } from '../support/databases.js';

const PROGRAM = fileURLToPath(new URL('../../../../release.js', import.meta.url));

test('a release has every file of deploy/ name its version', () => {
  const folder = temporaryDirectory();
  cpSync(deployPath(), folder, { recursive: true });
  rmSync(join(folder, 'secrets'), { recursive: true, force: true });
  const now = filesIn(folder);
  for (const [path, text] of now)
    writeFileSync(join(folder, path), text.replaceAll(serverVersion(), '0.0.9-rc.1'));
  expect(release('name-version', folder)).toMatchObject({ status: 0, stderr: '' });
  expect(filesIn(folder)).toEqual(now);
});

test('packages that npm would refuse for want of a repository are named before anything is published', () => {
  expect(release('check')).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/"repository"|identity token|Linux x64/) as string,
  });
});

function release(...args: readonly string[]) {
  const environment = { ...process.env };
  for (const name of ['NPM_CONFIG_PROVENANCE', 'ACTIONS_ID_TOKEN_REQUEST_URL', 'SIGSTORE_ID_TOKEN'])
    Reflect.deleteProperty(environment, name);
  return spawnSync(process.execPath, [PROGRAM, ...args], { encoding: 'utf8', env: environment });
}

function filesIn(folder: string): ReadonlyMap<string, string> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8', withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1));
  return new Map(paths.map((path) => [path, readFileSync(join(folder, path), 'utf8')]));
}
