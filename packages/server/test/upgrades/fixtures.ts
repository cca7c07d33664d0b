import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { temporaryDirectory } from '../support/databases.js';

/** What a server of a released version has kept, unpacked; see `make-fixture.mjs`. */
export interface Fixture {
  /** Holds `data`, `data-keys.json` and `backup.auscult`. */
  readonly folder: string;
  /** Flags with the place of the data. */
  readonly storage: readonly string[];
  /** An API key. */
  readonly secret: string;
  /** Its sessions, as that version answered them. */
  readonly sessions: readonly { readonly id: string; readonly text: string }[];
}

const FOLDER = fileURLToPath(new URL('.', import.meta.url));

/** The versions of which there are fixtures. */
export const RELEASED_VERSIONS: readonly string[] = readdirSync(FOLDER, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

/** Unpacks the fixture of an embedded database. */
export function unpackEmbedded(version: string): Fixture {
  const folder = unpack(version, 'embedded');
  return { ...expectedIn(folder), folder, storage: storageIn(folder) };
}

/** Unpacks the fixture of PostgreSQL, and fills an empty database with it. */
export async function unpackPostgres(version: string, database: string): Promise<Fixture> {
  const folder = unpack(version, 'postgres');
  const client = new Client({ connectionString: database });
  await client.connect();
  await client.query(statementsOf(readFileSync(join(folder, 'dump.sql'), 'utf8')));
  await client.end();
  return { ...expectedIn(folder), folder, storage: [...storageIn(folder), '--database', database] };
}

function unpack(version: string, kind: string): string {
  const folder = temporaryDirectory();
  execFileSync('tar', [
    '--extract',
    '--file',
    join(FOLDER, version, `${kind}.tar.gz`),
    '--directory',
    folder,
  ]);
  return folder;
}

function storageIn(folder: string): readonly string[] {
  return ['--data-directory', join(folder, 'data'), '--data-key-copy', join(folder, 'data-keys.json')];
}

function expectedIn(folder: string): Pick<Fixture, 'secret' | 'sessions'> {
  return JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Fixture;
}

/** Without what only `psql`, or only a newer PostgreSQL, understands. */
function statementsOf(dump: string): string {
  return dump
    .split('\n')
    .filter((line) => !/^\\|^SET transaction_timeout/.test(line))
    .join('\n');
}
