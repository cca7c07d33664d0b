import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { runCli } from '../../../server/test/cli/run-cli.js';
import { bearer, postJson } from '../../../server/test/support/guarded-server.js';
import type { CreatedUser } from '../../../server/test/support/people.js';
import { spawnRealServer } from '../../../server/test/support/real-server.js';

/** A real server that requires authentication. */
export interface PeopleServer {
  readonly url: string;
  /** Creates a user with a new name. */
  readonly create: (order: { readonly role: string; readonly usesCodes: boolean }) => Promise<CreatedUser>;
  /** Ends all logins of a user. Returns the password to log in with from now on. */
  readonly reset: (user: CreatedUser) => Promise<string>;
  readonly stop: () => void;
}

export async function spawnPeopleServer(...flags: readonly string[]): Promise<PeopleServer> {
  const folder = mkdtempSync(join(tmpdir(), 'auscult-people-'));
  const options = ['--data-directory', folder];
  const created = await runCli(['keys', 'create', '--role', 'administrator', ...options]);
  expect(created).toMatchObject({ status: 0 });
  const admin = bearer(created.stdout.trim());
  const server = await spawnRealServer(
    ...[
      '--authentication',
      'required',
      '--revalidate-seconds',
      '0.1',
      '--workers',
      '1',
      ...options,
      ...flags,
    ],
  );
  const users = `${server.url}/api/v1/users`;
  let people = 0;
  return {
    url: server.url,
    create: async (order) => {
      const response = await postJson(users, { name: `dr.who-${people++}`, ...order }, admin);
      return (await response.json()) as CreatedUser;
    },
    reset: async ({ id }) => {
      const response = await postJson(`${users}/${id}/reset`, {}, admin);
      return ((await response.json()) as { password: string }).password;
    },
    stop: () => {
      server.signal('SIGKILL');
      void server.exited.then(() => {
        rmSync(folder, { recursive: true });
      });
    },
  };
}
