import { PostgresDialect, type Dialect } from 'kysely';
import pg from 'pg';

/** Connections of one server. Commits are grouped, so that few are enough. */
const CONNECTIONS = 8;
/** How long to wait for a server that does not answer, milliseconds. */
const CONNECT_TIMEOUT_MS = 3000;
const QUERY_TIMEOUT_MS = 30_000;

/** The PostgreSQL database at `url`. Nothing is connected before the first query. */
export function postgresDialect(url: string): Dialect {
  const pool = new pg.Pool({
    connectionString: url,
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    keepAlive: true,
    // The pool gives up a connection that breaks meanwhile; Kysely's own hook would keep it, and its place, forever.
    // eslint-disable-next-line @typescript-eslint/no-misused-promises -- the pool waits for it, whatever its type says
    onConnect: commitToDisk,
    // Counts and sequences stay below 2^53.
    types: {
      getTypeParser: ((...asked: Parameters<typeof pg.types.getTypeParser>): unknown =>
        asked[0] === pg.types.builtins.INT8
          ? Number
          : pg.types.getTypeParser(...asked)) as typeof pg.types.getTypeParser,
    },
  });
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => undefined);
  // A connection that breaks between two queries of a transaction would end it too; the pool does not notice these.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return new PostgresDialect({ pool });
}

/** Makes sure that a commit is on disk when it is answered, whatever the settings of the database. */
async function commitToDisk(client: pg.ClientBase): Promise<void> {
  await client.query('set synchronous_commit = on');
}
