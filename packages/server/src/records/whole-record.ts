import { RequestError } from '../errors.js';
import { readDataKey } from './data-keys.js';
import type { RecordServices } from './record-services.js';
import type { AuthenticSession, SessionRow, SessionRows } from './session-rows.js';
import { readSegments, type StoredText } from './stored-segments.js';

/** The session; refused as `record_not_found` if there is none. Must not be called within a transaction. */
export async function requireSession(rows: SessionRows, id: string): Promise<AuthenticSession> {
  const found = await rows.find(id);
  if (found === undefined) throw new RequestError('record_not_found');
  return found;
}

/** How often reading is tried if the record changes meanwhile. */
const MOST_READINGS = 5;

/**
 * The text of a session. If a commit came between the reading of the row and of the text, both are read again. A record that
 * changes faster than it can be read is refused as `records_unavailable`.
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

/**
 * The text of a record. Throws `record_damaged` if it is not whole. Called before anything is added to it, as the new head would
 * vouch for the rest too.
 */
export async function requireWhole(
  services: Pick<RecordServices, 'database' | 'rows' | 'masterKeys' | 'integrity'>,
  id: string,
): Promise<StoredText> {
  const { database, rows, masterKeys, integrity } = services;
  const { row } = await requireSession(rows, id);
  const dataKey = await readDataKey(database.db, masterKeys, id);
  const text = await readWhole(services, row, dataKey);
  dataKey.fill(0);
  if (text.isWhole) return text;
  integrity.refused.report({ table: 'sessions', id, refusal: 'shortened' });
  throw new RequestError('record_damaged');
}
