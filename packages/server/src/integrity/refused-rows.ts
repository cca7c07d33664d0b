import { SERVER_ITSELF } from '../audit/audit-event.js';
import type { AuditLog } from '../audit/audit-log.js';
import type { Log } from '../telemetry/log.js';

/**
 * What is wrong with a row that is not as a server wrote it. `altered`: nothing vouches for its present content.
 * `replayed`: it was put back to an earlier state. `removed`: it should be there, but is not. `returned`: it was
 * destroyed, but is there. `shortened`: parts of a record are missing, or there are parts that do not belong to it.
 */
type Refusal = 'altered' | 'replayed' | 'removed' | 'returned' | 'shortened';

/** A forged row: one that no server wrote, or that was changed, removed or put back to an earlier state from outside. */
export interface RefusedRow {
  readonly table:
    'api_keys' | 'users' | 'logins' | 'recovery_codes' | 'sessions' | 'destroyed_keys' | 'transcription_jobs';
  /** Id of the row, or the beginning of its digest if it has no id; never content. */
  readonly id: string;
  readonly refusal: Refusal;
}

/** Reports forged rows, once each, in the log and the audit log. */
export interface RefusedRows {
  readonly report: (row: RefusedRow) => void;
}

/** The most rows that are reported one by one in an hour: whoever writes many of them must not fill the audit log. */
const MOST_AN_HOUR = 100;
const HOUR_MS = 3_600_000;
/** Ids that servers make are shorter; longer ones are cut. */
const LONGEST_ID = 64;
/** How many rows are remembered as reported. */
const MOST_REMEMBERED = 10_000;

/**
 * Begins with nothing reported. `onRefused` counts every report, including those that are not repeated in the logs.
 */
export function createRefusedRows(
  audit: Pick<AuditLog, 'append'>,
  log: Log,
  onRefused: (row: RefusedRow) => void,
): RefusedRows {
  const told = new Set<string>();
  let hour = { began: performance.now(), rows: 0 };

  const isForTelling = ({ table, id, refusal }: RefusedRow): boolean => {
    const name = `${refusal} ${table}/${id}`;
    if (told.has(name)) return false;
    if (performance.now() - hour.began > HOUR_MS) hour = { began: performance.now(), rows: 0 };
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
        // It will be reported again when it is next read.
        .catch(() => told.delete(`${refusal} ${table}/${id}`));
    },
  };
}
