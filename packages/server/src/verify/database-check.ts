import { sql } from 'kysely';
import type { ReadableDatabase } from '../db/database.js';
import type { Check } from './check.js';

/**
 * Checks that every page of the embedded database is as SQLite left it, one table with its indexes at a time. A step
 * takes time in proportion to the size of the table. PostgreSQL checks its pages as it reads them, if it was set up
 * with checksums.
 */
export function databaseCheck({ db, kind }: Pick<ReadableDatabase, 'db' | 'kind'>): Check {
  const tables = async (): Promise<readonly string[]> => {
    if (kind === 'postgres') return [];
    const { rows } = await sql<{
      name: string;
    }>`select name from sqlite_schema where type = 'table' order by name`.execute(db);
    return rows.map(({ name }) => name);
  };
  return {
    name: 'database',
    count: async () => (await tables()).length,
    async *steps(cursor = '') {
      for (const name of (await tables()).filter((table) => table > cursor)) {
        const { rows } = await sql<{
          integrity_check: string;
        }>`pragma integrity_check(${sql.lit(name)})`.execute(db);
        const isWhole = rows.length === 1 && rows[0]?.integrity_check === 'ok';
        yield {
          checked: 1,
          findings: isWhole ? [] : [{ kind: 'database', trouble: 'altered', at: name }],
          cursor: name,
        };
      }
    },
  };
}
