import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, onTestFinished } from 'vitest';
import type { DatabaseKind } from '../../src/db/schema-change.js';
import { openDatabase, type Database, type DatabaseSettings } from '../../src/db/database.js';
import { writeEmptyDatabase } from './empty-database.js';
import { postgresMissing, startPostgres, type PostgresServer } from './postgres.js';

/** A kind of database that tests run against. */
export interface DatabaseUnderTest {
  readonly kind: DatabaseKind;
  /** Settings of a new, empty database that is gone when the test ends. */
  readonly settings: () => DatabaseSettings;
  /** Opens a new database, which is closed when the test ends. */
  readonly open: () => Promise<Database>;
  /** The PostgreSQL server, for tests that take it away. */
  readonly server: () => PostgresServer;
}

/** Declares the same tests for the embedded database and for PostgreSQL, which is skipped where it is missing. */
export function describeDatabases(name: string, declare: (under: DatabaseUnderTest) => void): void {
  describe(`${name}, embedded`, () => {
    declare({
      kind: 'sqlite',
      settings: () => ({ dataDirectory: temporaryDirectory(), database: undefined }),
      open: async () => {
        const dataDirectory = temporaryDirectory();
        await writeEmptyDatabase(dataDirectory);
        return opened({ dataDirectory, database: undefined });
      },
      server: () => {
        throw new Error('the embedded database has no server');
      },
    });
  });
  if (postgresMissing !== undefined) console.warn(postgresMissing);
  describe.skipIf(postgresMissing !== undefined)(`${name}, PostgreSQL`, () => {
    let server: PostgresServer | undefined;
    beforeAll(async () => {
      server = await startPostgres();
    });
    afterAll(() => server?.stop());
    const running = (): PostgresServer => {
      if (!server) throw new Error('PostgreSQL is not started yet');
      return server;
    };
    const settings = (): DatabaseSettings => ({
      dataDirectory: temporaryDirectory(),
      database: running().createDatabase(),
    });
    declare({ kind: 'postgres', settings, open: () => opened(settings()), server: running });
  });
}

/** A folder that is removed when the test ends. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'auscult-data-'));
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  return directory;
}

async function opened(settings: DatabaseSettings): Promise<Database> {
  const database = await openDatabase(settings);
  onTestFinished(() => database.close());
  return database;
}
