import { sql, type RawBuilder } from 'kysely';
import type { DatabaseKind } from './schema-change.js';

/** Seconds since 1970 by the clock of the database, which is the same for all servers. */
export function secondsNow(kind: DatabaseKind): RawBuilder<number> {
  return kind === 'sqlite'
    ? sql`((julianday('now') - 2440587.5) * 86400.0)`
    : sql`extract(epoch from clock_timestamp())::double precision`;
}
