import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** Version of what `makeNextVersion` makes. */
export const NEXT_VERSION = '9999.0.0';

/** Name of the change of the schema that it brings. */
export const NEXT_CHANGE = '9999-next';

const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));
const NODE_MODULES = fileURLToPath(new URL('../../../../node_modules', import.meta.url));

/** As a version may change the schema while the one before is at work: it adds, and nothing that has to be filled in. */
const CHANGE = `
import { sql } from 'kysely';
export const next = {
  name: '${NEXT_CHANGE}',
  apply: async (db) => {
    await sql\`alter table sessions add column added_later text\`.execute(db);
    await sql\`create table added_later (id text primary key, session_id text)\`.execute(db);
  },
};
`;

/**
 * Makes a version after this one: the compiled program with another number, and one more change of the schema. Returns the path of
 * the program; it is removed when the test ends.
 */
export function makeNextVersion(): string {
  const folder = mkdtempSync(join(tmpdir(), 'auscult-next-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  cpSync(join(PACKAGE, 'dist'), join(folder, 'dist'), {
    recursive: true,
    filter: (path) => path !== join(PACKAGE, 'dist/bundle') && !/\.(map|d\.ts)$/.test(path),
  });
  cpSync(join(PACKAGE, 'assets'), join(folder, 'assets'), { recursive: true });
  symlinkSync(NODE_MODULES, join(folder, 'node_modules'));
  const manifest = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8')) as object;
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...manifest, version: NEXT_VERSION }));
  const change = join(folder, 'dist/db/migrations/9999-next.js');
  mkdirSync(dirname(change), { recursive: true });
  writeFileSync(change, CHANGE);
  addToChanges(join(folder, 'dist/db/migrate.js'));
  return join(folder, 'dist/cli/main.js');
}

function addToChanges(path: string): void {
  const source = readFileSync(path, 'utf8');
  const changed = source.replace(/(const schemaChanges = \[[^\]]*?),?\s*\];/, '$1,\n    next,\n];');
  if (changed === source) throw new Error('the list of changes of the schema was not found');
  writeFileSync(path, `import { next } from './migrations/9999-next.js';\n${changed}`);
}
