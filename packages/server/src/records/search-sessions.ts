import { sql, type SelectQueryBuilder } from 'kysely';
import type { Database } from '../db/database.js';
import type { Schema } from '../db/schema.js';
import { parseCursor } from '../db/time-cursor.js';
import { INTERRUPTED } from './interrupted-sessions.js';
import type { RecordSearch, SessionOrder, SessionScope, SessionState } from './record.js';

/** A session that a search found, before its row is read. */
export interface FoundSession {
  readonly id: string;
  readonly started_at: string;
  /** Size of its settings, which grows with the number of key terms. */
  readonly bytes: number | null;
}

/** The sessions that meet the conditions of a search, in its order: one more than its limit, if there are more. */
export function searchSessions(db: Database['db'], search: RecordSearch): Promise<readonly FoundSession[]> {
  const { scope, owner, group, from, to, held, state, order = 'newest', limit, after } = search;
  const direction = order === 'newest' ? 'desc' : 'asc';
  let query: Query = db
    .selectFrom('sessions')
    .select(({ fn }) => ['id', 'started_at', fn<number | null>('length', ['settings']).as('bytes')])
    .where('tenant', '=', scope.tenant)
    .orderBy('started_at', direction)
    .orderBy('id', direction)
    .limit(limit + 1);
  query = withinScope(query, scope);
  if (owner !== undefined) query = query.where('owner', '=', owner);
  if (group !== undefined) query = query.where('id', 'in', idsOfGroups(db, [group]));
  for (const column of ['kind', 'model', 'language', 'task'] as const) {
    const value = search[column];
    if (value !== undefined) query = query.where(column, '=', value);
  }
  if (state !== undefined) query = inState(query, state);
  if (from !== undefined) query = query.where('started_at', '>=', from);
  if (to !== undefined) query = query.where('started_at', '<', to);
  // Written out, as planners use an index of a part of the table only for a condition that they can see.
  if (held !== undefined) query = query.where('held', '=', sql.lit(held ? 1 : 0));
  if (after !== undefined) query = beyond(query, after, order);
  return query.execute();
}

type Query = SelectQueryBuilder<Schema, 'sessions', FoundSession>;

function withinScope(query: Query, { owner, groups }: SessionScope): Query {
  if (owner === undefined && groups === undefined) return query;
  if (groups === undefined || groups.length === 0) return query.where('owner', '=', owner ?? '');
  return query.where((eb) =>
    eb.or([
      eb('owner', '=', owner ?? ''),
      eb('id', 'in', eb.selectFrom('session_groups').select('session_id').where('name', 'in', groups)),
    ]),
  );
}

function idsOfGroups(db: Database['db'], groups: readonly string[]) {
  return db.selectFrom('session_groups').select('session_id').where('name', 'in', groups);
}

function inState(query: Query, state: SessionState): Query {
  switch (state) {
    case 'open':
      return query.where('ended_at', 'is', null);
    case 'interrupted':
      return query.where('end_reason', '=', sql.lit(INTERRUPTED));
    case 'ended':
      return query
        .where('ended_at', 'is not', null)
        .where((eb) => eb.or([eb('end_reason', 'is', null), eb('end_reason', '!=', INTERRUPTED)]));
  }
}

/** Only what comes after the place that a cursor names. Compared as a row, so that an index leads there. */
function beyond(query: Query, cursor: string, order: SessionOrder): Query {
  const { at, id } = parseCursor(cursor);
  return query.where((eb) =>
    eb(eb.refTuple('started_at', 'id'), order === 'newest' ? '<' : '>', eb.tuple(at, id)),
  );
}
