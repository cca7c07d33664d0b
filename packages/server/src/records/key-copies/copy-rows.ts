import { sql, type Selectable } from 'kysely';
import { WRITE_PATIENCE, type CommitQueue } from '../../db/commit-queue.js';
import type { Database } from '../../db/database.js';
import { databaseFailureOf } from '../../db/database-failure.js';
import type { Schema } from '../../db/schema.js';
import { secondsNow } from '../../db/seconds-now.js';
import { RequestError } from '../../errors.js';
import { RETRY_AFTER_SECONDS } from './patience.js';

/**
 * What the database knows about copies of data keys, and about keys that are to be removed from them. All functions reject
 * with `records_unavailable` while the database is away.
 */
export interface CopyRows extends PlaceRows, RemovalRows, KeyRows {}

/** Where copies are, and which of them a running server can reach. */
interface PlaceRows {
  /** The paths of all copies, on this machine or another. */
  readonly paths: () => Promise<readonly string[]>;
  /** The path of the copy with this name. */
  readonly pathOf: (copyId: string) => Promise<string | undefined>;
  /** Enters a copy. From then on, whoever destroys a session notes that its key is to be removed from this copy. */
  readonly register: (copyId: string, place: string) => Promise<void>;
  /** Notes that a running server can reach these copies. */
  readonly tellReachable: (copyIds: readonly string[]) => Promise<void>;
}

/** Keys that are to be taken out of copies. */
interface RemovalRows {
  /** Sessions whose keys are to be removed from a copy. */
  readonly pendingFor: (copyId: string) => Promise<readonly string[]>;
  /** The copies among these from which keys are to be removed. */
  readonly pendingAmong: (copyIds: readonly string[]) => Promise<readonly string[]>;
  /** Notes that a copy no longer holds the keys of these sessions. */
  readonly noteRemoved: (copyId: string, sessionIds: readonly string[]) => Promise<void>;
  /** Whether a copy that a running server can reach still holds the key of one of these sessions. */
  readonly isHeldElsewhere: (sessionIds: readonly string[]) => Promise<boolean>;
}

/** The keys of sessions, and those that were destroyed. */
interface KeyRows {
  /** The sessions among these that are noted as destroyed and whose keys are no longer in the database. */
  readonly destroyedAmong: (sessionIds: readonly string[]) => Promise<readonly string[]>;
  readonly allDestroyed: () => Promise<ReadonlySet<string>>;
  /** The keys of all sessions. */
  readonly allKeys: () => Promise<readonly Selectable<Schema['data_keys']>[]>;
}

/** A copy counts as reachable for this long after a server has said so, seconds. */
const REACHABLE_SECONDS = 15;

/** Ids in one statement. */
const PAGE = 500;

/** The rows about copies in the database. */
export function createCopyRows(database: Pick<Database, 'db' | 'kind'>, queue: CommitQueue): CopyRows {
  return {
    ...createPlaceRows(database, queue),
    ...createRemovalRows(database, queue),
    ...createKeyRows(database),
  };
}

function createPlaceRows({ db, kind }: Pick<Database, 'db' | 'kind'>, queue: CommitQueue): PlaceRows {
  return {
    paths: async () => {
      const rows = await asked(db.selectFrom('key_copies').select('path').execute());
      return rows.map(({ path }) => path);
    },
    pathOf: async (copyId) => {
      const row = await asked(
        db.selectFrom('key_copies').select('path').where('id', '=', copyId).executeTakeFirst(),
      );
      return row?.path;
    },
    register: (copyId, place) =>
      queue.submit(async (transaction) => {
        const seen_at = secondsNow(kind);
        await transaction
          .insertInto('key_copies')
          .values({ id: copyId, path: place, seen_at })
          .onConflict((conflict) => conflict.column('id').doUpdateSet({ path: place, seen_at }))
          .execute();
      }, WRITE_PATIENCE),
    tellReachable: (copyIds) =>
      queue.submit(async (transaction) => {
        await transaction
          .updateTable('key_copies')
          .set({ seen_at: secondsNow(kind) })
          .where('id', 'in', copyIds)
          .execute();
      }, WRITE_PATIENCE),
  };
}

function createRemovalRows({ db, kind }: Pick<Database, 'db' | 'kind'>, queue: CommitQueue): RemovalRows {
  return {
    pendingFor: async (copyId) => {
      const rows = await asked(
        db.selectFrom('key_removals').select('session_id').where('copy_id', '=', copyId).execute(),
      );
      return rows.map(({ session_id: id }) => id);
    },
    pendingAmong: async (copyIds) => {
      const rows = await asked(
        db.selectFrom('key_removals').select('copy_id').distinct().where('copy_id', 'in', copyIds).execute(),
      );
      return rows.map(({ copy_id: id }) => id);
    },
    noteRemoved: async (copyId, sessionIds) => {
      if (sessionIds.length === 0) return;
      await queue.submit(async (transaction) => {
        for (const some of pagesOf(sessionIds))
          await transaction
            .deleteFrom('key_removals')
            .where('copy_id', '=', copyId)
            .where('session_id', 'in', some)
            .execute();
      }, WRITE_PATIENCE);
    },
    isHeldElsewhere: async (sessionIds) => {
      for (const some of pagesOf(sessionIds)) {
        const row = await asked(
          db
            .selectFrom('key_removals')
            .innerJoin('key_copies', 'key_copies.id', 'key_removals.copy_id')
            .select('copy_id')
            .where('session_id', 'in', some)
            .where(sql<boolean>`seen_at > ${secondsNow(kind)} - ${sql.lit(REACHABLE_SECONDS)}`)
            .limit(1)
            .executeTakeFirst(),
        );
        if (row !== undefined) return true;
      }
      return false;
    },
  };
}

function createKeyRows({ db }: Pick<Database, 'db'>): KeyRows {
  return {
    destroyedAmong: async (sessionIds) => {
      const found: string[] = [];
      for (const some of pagesOf([...new Set(sessionIds)])) {
        const rows = await asked(
          db
            .selectFrom('destroyed_keys')
            .leftJoin('data_keys', 'data_keys.session_id', 'destroyed_keys.session_id')
            .select('destroyed_keys.session_id')
            .where('destroyed_keys.session_id', 'in', some)
            .where('data_keys.session_id', 'is', null)
            .execute(),
        );
        found.push(...rows.map(({ session_id: id }) => id));
      }
      return found;
    },
    allDestroyed: async () => {
      const rows = await asked(db.selectFrom('destroyed_keys').select('session_id').execute());
      return new Set(rows.map(({ session_id: id }) => id));
    },
    allKeys: () => asked(db.selectFrom('data_keys').selectAll().execute()),
  };
}

/** Turns failures of the database into `records_unavailable`, to tell them from a copy that cannot be written. */
export async function asked<Result>(query: Promise<Result>): Promise<Result> {
  try {
    return await query;
  } catch (error) {
    if (databaseFailureOf(error) === 'unforeseen') throw error;
    throw new RequestError('records_unavailable', {}, RETRY_AFTER_SECONDS, { cause: error });
  }
}

function pagesOf(ids: readonly string[]): readonly (readonly string[])[] {
  return Array.from({ length: Math.ceil(ids.length / PAGE) }, (_, page) =>
    ids.slice(page * PAGE, (page + 1) * PAGE),
  );
}
