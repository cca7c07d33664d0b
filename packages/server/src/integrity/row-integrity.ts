import type { AuditLog } from '../audit/audit-log.js';
import type { Database } from '../db/database.js';
import type { MasterKeys } from '../records/master-keys.js';
import type { Log } from '../telemetry/log.js';
import { createRefusedRows, type RefusedRow, type RefusedRows } from './refused-rows.js';
import { createRevisions, type Revisions } from './revisions.js';
import type { CoveredColumns, RowMac } from './row-macs.js';
import { createRowMacs, type RowMacs } from './row-macs.js';

/** Tells rows that servers wrote from forged ones. */
export interface RowIntegrity {
  readonly macs: RowMacs;
  readonly revisions: Revisions;
  readonly refused: RefusedRows;
}

/** The services needed for that. */
export interface IntegrityServices {
  readonly database: Database;
  readonly audit: AuditLog;
  readonly masterKeys: MasterKeys;
  readonly log: Log;
  /** Counts rows that are refused. */
  readonly onRefused?: ((row: RefusedRow) => void) | undefined;
}

export function createRowIntegrity(services: IntegrityServices): RowIntegrity {
  const { database, audit, masterKeys, log, onRefused = () => undefined } = services;
  return {
    macs: createRowMacs(masterKeys),
    revisions: createRevisions(database),
    refused: createRefusedRows(audit, log, onRefused),
  };
}

/** A row that is vouched for and has revisions, as it is stored. */
interface RevisedRow {
  readonly id: string;
  readonly revision: number;
  readonly mac_key_id: string | null;
  readonly mac: Buffer | null;
}

/** What is known about the rows of a table. */
export interface RevisedRows<Row extends RevisedRow> {
  readonly table: 'api_keys' | 'users';
  readonly covered: (row: Omit<Row, keyof RowMac>) => CoveredColumns;
}

/**
 * The row that `read` reads, if a server wrote it and it was not changed since; otherwise reports the row and returns
 * undefined. Must not be called within a transaction.
 */
export async function readAuthentic<Row extends RevisedRow>(
  { macs, revisions, refused }: RowIntegrity,
  { table, covered }: RevisedRows<Row>,
  read: () => Promise<Row | undefined>,
): Promise<Row | undefined> {
  await revisions.refresh();
  const row = await read();
  if (row === undefined) return undefined;
  if (!(await macs.isAuthentic(table, covered(row), row))) {
    refused.report({ table, id: row.id, refusal: 'altered' });
    return undefined;
  }
  // A change that was committed after the row was read may be known already, so the row is read again.
  const current = row.revision < revisions.oldest(table, row.id) ? await read() : row;
  if (current === undefined) return undefined;
  if (current.revision < revisions.oldest(table, current.id)) {
    refused.report({ table, id: row.id, refusal: 'replayed' });
    return undefined;
  }
  if (current !== row && !(await macs.isAuthentic(table, covered(current), current))) return undefined;
  revisions.note(table, current.id, current.revision);
  return current;
}

/** The rows among these that `readAuthentic` would return. */
export async function onlyAuthentic<Row extends RevisedRow>(
  integrity: RowIntegrity,
  about: RevisedRows<Row>,
  rows: readonly Row[],
): Promise<readonly Row[]> {
  const authentic: Row[] = [];
  for (const row of rows) {
    const current = await readAuthentic(integrity, about, () => Promise.resolve(row));
    if (current !== undefined) authentic.push(current);
  }
  return authentic;
}

/** Whether a row that a transaction has read to change it is as a server wrote it last; reports it if not. */
export async function isCurrent<Row extends RevisedRow>(
  { macs, revisions, refused }: RowIntegrity,
  { table, covered }: RevisedRows<Row>,
  row: Row,
): Promise<boolean> {
  const refusal = !(await macs.isAuthentic(table, covered(row), row))
    ? 'altered'
    : row.revision < revisions.oldest(table, row.id)
      ? 'replayed'
      : undefined;
  if (refusal !== undefined) refused.report({ table, id: row.id, refusal });
  return refusal === undefined;
}
