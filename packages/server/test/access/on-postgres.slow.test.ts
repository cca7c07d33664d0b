import { afterAll, beforeAll, describe } from 'vitest';
import { guardOver } from '../support/guarded-server.js';
import { postgresMissing, startPostgres, type PostgresServer } from '../support/postgres.js';

if (postgresMissing !== undefined) console.warn(postgresMissing);

// The same tests again: what they find in the embedded database has to hold for the other as well.
describe.skipIf(postgresMissing !== undefined)('over PostgreSQL', async () => {
  let server: PostgresServer | undefined;
  beforeAll(async () => {
    const started = await startPostgres({ durable: false });
    server = started;
    guardOver(started.createDatabase);
  });
  afterAll(() => server?.stop());

  await import('./api-keys.test.js');
});
