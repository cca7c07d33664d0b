import { SERVER_ITSELF } from '../audit/audit-event.js';
import type { AuditLog } from '../audit/audit-log.js';
import type { Log } from '../telemetry/log.js';

/**
 * What is wrong with a row that no server wrote as it is. `altered`: nothing vouches for it as it stands. `replayed`: it
 * stood so once, and was changed since. `removed`: it is known and not there. `returned`: it was destroyed and is there.
 * `shortened`: what belongs to a record is missing, or there is more than belongs to it.
 */
type Refusal = 'altered' | 'replayed' | 'removed' | 'returned' | 'shortened';

/** A row that was written past the server. */
export interface RefusedRow {
  readonly table: 'api_keys' | 'users' | 'logins' | 'recovery_codes' | 'sessions' | 'destroyed_keys';
  /** Id of the row, or the beginning of its digest where it has no id; never content. */
  readonly id: string;
  readonly refusal: Refusal;
}

/** Tells of rows that were written past the server: once each, in the log and the audit log. */
export interface RefusedRows {
  readonly report: (row: RefusedRow) => void;
}

/** Rows that are told of one by one in an hour: whoever writes many of them must not fill the audit log. */
const MOST_AN_HOUR = 100;
const HOUR_MS = 3_600_000;
/** Ids that servers make are shorter; what others wrote is cut. */
const LONGEST_ID = 64;
/** Rows that are remembered as told of. */
const MOST_REMEMBERED = 10_000;

/** Nothing is told yet. Each report is counted by `onRefused`, also one that is not told again. */
export function createRefusedRows(
  audit: Pick<AuditLog, 'append'>,
  log: Log,
  onRefused: (row: RefusedRow) => void,
  now: () => number = () => performance.now(),
): RefusedRows {
  const told = new Set<string>();
  let hour = { began: now(), rows: 0 };

  const isForTelling = ({ table, id, refusal }: RefusedRow): boolean => {
    const name = `${refusal} ${table}/${id}`;
    if (told.has(name)) return false;
    if (now() - hour.began > HOUR_MS) hour = { began: now(), rows: 0 };
    if (hour.rows >= MOST_AN_HOUR) return false;
    hour.rows += 1;
    if (told.size >= MOST_REMEMBERED) told.clear();
    told.add(name);
    return true;
  };

  return {
    report: (row) => {
      onRefused(row);
      if (!isForTelling(row)) return;
      const { table, id, refusal } = row;
      log.error('A ROW WAS WRITTEN PAST THE SERVER and is refused: find out who can write to the database', {
        table,
        reason: refusal,
      });
      audit
        .append({
          action: 'row.refused',
          outcome: 'failure',
          who: SERVER_ITSELF,
          from: undefined,
          what: `${table}/${id.slice(0, LONGEST_ID)}`,
          reason: refusal,
        })
        // It is told again when it is met the next time.
        .catch(() => told.delete(`${refusal} ${table}/${id}`));
    },
  };
}
