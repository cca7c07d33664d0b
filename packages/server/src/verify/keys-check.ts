import type { ReadableDatabase } from '../db/database.js';
import { unwrapDataKey } from '../records/data-keys.js';
import type { MasterKeys } from '../records/master-keys.js';
import { isDamaged } from './damaged.js';
import type { Check, Finding } from './check.js';

/** Keys per step. */
const PAGE = 50;

/**
 * Checks that every data key can be opened with its master key and belongs to an existing session, and that none of a
 * destroyed session is left.
 */
export function keysCheck({ db }: Pick<ReadableDatabase, 'db'>, masterKeys: MasterKeys): Check {
  const findingsOf = async (row: KeyRow): Promise<readonly Finding[]> => {
    const session = row.session_id;
    if (row.destroyed !== null) return [{ kind: 'data-key', trouble: 'back', session }];
    if (row.id === null) return [{ kind: 'record', trouble: 'missing', session }];
    try {
      (await unwrapDataKey(masterKeys, session, row)).fill(0);
      return [];
    } catch (error) {
      if (isDamaged(error)) return [{ kind: 'data-key', trouble: 'altered', session }];
      throw error;
    }
  };

  return {
    name: 'keys',
    count: async () => {
      const { count } = await db
        .selectFrom('data_keys')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow();
      return count;
    },
    async *steps(cursor = '') {
      for (let after = cursor; ;) {
        const rows = await db
          .selectFrom('data_keys')
          .leftJoin('sessions', 'sessions.id', 'data_keys.session_id')
          .leftJoin('destroyed_keys', 'destroyed_keys.session_id', 'data_keys.session_id')
          .select([
            'data_keys.session_id',
            'master_key_id',
            'wrapped',
            'sessions.id',
            'destroyed_keys.session_id as destroyed',
          ])
          .where('data_keys.session_id', '>', after)
          .orderBy('data_keys.session_id')
          .limit(PAGE)
          .execute();
        const last = rows.at(-1);
        if (last === undefined) return;
        after = last.session_id;
        const findings = await Promise.all(rows.map(findingsOf));
        yield { checked: rows.length, findings: findings.flat(), cursor: after };
      }
    },
  };
}

interface KeyRow {
  readonly session_id: string;
  readonly master_key_id: string;
  readonly wrapped: Buffer;
  readonly id: string | null;
  readonly destroyed: string | null;
}
