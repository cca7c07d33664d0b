import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkAccessKey } from '../../src/access/check-access-key.js';
import { temporaryDirectory } from '../support/databases.js';
import { startGuardedServer } from '../support/guarded-server.js';
import { createUser } from '../support/people.js';

test('another key than that of the authenticators is noticed, once somebody has one', async () => {
  const server = await startGuardedServer();
  const elsewhere = temporaryDirectory();
  expect(await checkAccessKey(server.database, { dataDirectory: elsewhere })).toBe('unused');
  await createUser(server);
  expect(await checkAccessKey(server.database, server)).toBe('fits');
  expect(await checkAccessKey(server.database, { dataDirectory: elsewhere })).toBe('missing');
  writeFileSync(join(elsewhere, 'access.key'), randomBytes(32));
  expect(await checkAccessKey(server.database, { dataDirectory: elsewhere })).toBe('other');
});
