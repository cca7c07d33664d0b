import { createDestroyedByLog, type DestroyedByLog } from '../../audit/destroyed-by-log.js';
import type { CommitQueue } from '../../db/commit-queue.js';
import type { Database } from '../../db/database.js';
import { RequestError } from '../../errors.js';
import type { RefusedRow } from '../../integrity/refused-rows.js';
import type { Log } from '../../telemetry/log.js';
import type { MasterKeys } from '../master-keys.js';
import { attendCopies } from './attend-copies.js';
import { createCopyOutage } from './copy-outage.js';
import { asked, createCopyRows } from './copy-rows.js';
import type { CopyServices } from './copy-services.js';
import { createSharedDestruction } from './destroy-together.js';
import { destroyWithCopies } from './destroy-with-copies.js';
import { RETRY_AFTER_SECONDS } from './patience.js';
import { renewCopy } from './renew-copy.js';
import { settleCopies } from './settle-copies.js';

/**
 * The copies of data keys with which backups are read: that of this server, and the others that the database knows. A copy
 * is changed only under its lock, which counts in all processes.
 */
export interface KeyCopies {
  /**
   * Has `commit` destroy sessions in the database, and resolves when no copy that a running server can reach holds their
   * keys. Calls at the same time share the work. Rejects with the error of `commit`, or with `key_copy_unavailable` if a copy
   * cannot be written. That is mostly noticed before anything is committed; if it is noticed later, the key is removed as
   * soon as possible, by this process or the next.
   */
  readonly whileDestroying: (sessionIds: readonly string[], commit: () => Promise<void>) => Promise<void>;
  /** Brings the copy of this server up to date with the database, for the backup that was just made. */
  readonly renew: () => Promise<void>;
  /**
   * Completes destructions during which a process was killed: removes the keys from every copy here, and adds the sessions
   * to the list of destroyed ones. Rejects if that fails; it is then tried again without another call.
   */
  readonly settle: () => Promise<void>;
  /** Cleans copies that other servers cannot reach, and tries again what failed, until the returned function is called. */
  readonly attend: () => () => void;
  /** Waits for destructions that are under way. */
  readonly close: () => Promise<void>;
}

/** The services with which copies are kept. */
export interface KeyCopyServices {
  readonly database: Database;
  readonly queue: CommitQueue;
  readonly masterKeys: MasterKeys;
  readonly log: Log;
  /** The path of this server's copy, which need not exist yet. */
  readonly path: string;
  /** The path of the list of sessions that were destroyed here. */
  readonly listPath: string;
  /** Called for a deletion that is in the database but not in the audit log, so that somebody must have forged it. */
  readonly onForged: (row: RefusedRow) => void;
}

/** Opens the copies. Nothing is read or written before it is asked for. */
export function createKeyCopies(services: KeyCopyServices): KeyCopies {
  const { database, queue, masterKeys, log, path, listPath } = services;
  const rows = createCopyRows(database, queue);
  const byLog = destroyedByLog(services);
  const confirmed = confirmByLog(byLog, services.onForged);
  const copies: CopyServices = {
    rows,
    byLog,
    confirmed,
    kind: database.kind,
    masterKeys,
    log,
    path,
    listPath,
  };
  const outage = createCopyOutage({ log, path, tryAgain: settle });
  const destruction = createSharedDestruction((ids, commit) =>
    tellingOfOutages(() => destroyWithCopies(copies, ids, commit)),
  );

  function settle(): Promise<void> {
    return tellingOfOutages(() => settleCopies(copies));
  }

  async function tellingOfOutages(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      outage.recovered();
    } catch (error) {
      outage.failing(error);
      throw unavailable(error);
    }
  }

  return {
    whileDestroying: destruction.whileDestroying,
    renew: () => renewCopy(copies),
    settle,
    attend: () => attendCopies(copies, outage),
    close: async () => {
      await destruction.settled();
      outage.close();
    },
  };
}

/** The deletions in the audit log. A database that is away is reported as such, and not as a copy that cannot be written. */
function destroyedByLog({ database, masterKeys }: KeyCopyServices): DestroyedByLog {
  const byLog = createDestroyedByLog(database, masterKeys);
  return { ...byLog, among: (ids) => asked(byLog.among(ids)) };
}

/** The most forged deletions that are reported at a time. */
const MOST_REPORTED = 100;

function confirmByLog(
  byLog: DestroyedByLog,
  onForged: KeyCopyServices['onForged'],
): CopyServices['confirmed'] {
  return async (ids) => {
    if (ids.length === 0) return [];
    const known = await byLog.among(ids);
    for (const id of ids.filter((each) => !known.has(each)).slice(0, MOST_REPORTED))
      onForged({ table: 'destroyed_keys', id, refusal: 'altered' });
    return ids.filter((id) => known.has(id));
  };
}

function unavailable(error: unknown): unknown {
  return error instanceof RequestError
    ? error
    : new RequestError('key_copy_unavailable', {}, RETRY_AFTER_SECONDS, { cause: error });
}
