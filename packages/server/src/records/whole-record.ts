import { RequestError } from '../errors.js';
import { readDataKey } from './data-keys.js';
import type { RecordServices } from './record-services.js';
import type { AuthenticSession, SessionRow, SessionRows } from './session-rows.js';
import { readSegments, type StoredText } from './stored-segments.js';

/** The session; refused as `record_not_found` where there is none. Not to be called within a transaction. */
export async function requireSession(rows: SessionRows, id: string): Promise<AuthenticSession> {
  const found = await rows.find(id);
  if (found === undefined) throw new RequestError('record_not_found');
  return found;
}

/** How often a record is read that changes while it is. */
const MOST_READINGS = 5;

/**
 * What was said in a session. Where a commit comes between the row and the text, both are read again; what changes faster than it
 * can be read is refused as `records_unavailable`.
 */
export async function readWhole(
  { database: { db }, rows }: Pick<RecordServices, 'database' | 'rows'>,
  session: SessionRow,
  dataKey: Buffer,
): Promise<StoredText> {
  let row = session;
  for (let readings = 0; readings < MOST_READINGS; readings++) {
    const { id, finals, head, revision } = row;
    const said = await readSegments({ db, id, dataKey, finals, head });
    if (said.isWhole) return said;
    ({ row } = await requireSession(rows, id));
    if (row.revision === revision) return said;
  }
  throw new RequestError('records_unavailable');
}

/** Nothing is added to what is not whole: the addition would vouch for the rest. Throws `record_damaged`. */
export async function requireWhole(
  services: Pick<RecordServices, 'database' | 'rows' | 'masterKeys' | 'integrity'>,
  id: string,
): Promise<void> {
  const { database, rows, masterKeys, integrity } = services;
  const { row } = await requireSession(rows, id);
  const dataKey = await readDataKey(database.db, masterKeys, id);
  const { isWhole } = await readWhole(services, row, dataKey);
  dataKey.fill(0);
  if (isWhole) return;
  integrity.refused.report({ table: 'sessions', id, refusal: 'shortened' });
  throw new RequestError('record_damaged');
}
