import { randomUUID } from 'node:crypto';
import { rewrapSettings } from '../account-settings/account-settings.js';
import { rewrapVoices } from '../access/enrolled-voices.js';
import { rewrapTemplates } from '../templates/template-store.js';
import { SERVER_ITSELF } from '../audit/audit-event.js';
import { changeOf } from '../audit/configuration-change.js';
import { auditAnchorPath, openAudit, type AnchoredAuditLog, type AuditEvents } from '../audit/open-audit.js';
import type { Config } from '../config/schema.js';
import { createCommitQueue, type CommitQueue } from '../db/commit-queue.js';
import type { CommitEvents } from '../db/database-outage.js';
import { openDatabase, type Database } from '../db/database.js';
import type { RefusedRow } from '../integrity/refused-rows.js';
import { createRowIntegrity, type RowIntegrity } from '../integrity/row-integrity.js';
import { revouchRows } from '../integrity/revouch-rows.js';
import { vouchForOlderRows } from '../integrity/vouch-for-older-rows.js';
import { destroyedListPath } from '../records/destroyed-list.js';
import { createKeyCopies, type KeyCopies } from '../records/key-copies/key-copies.js';
import { keyCopyPath } from '../records/key-copies/key-copy.js';
import { openMasterKeys } from '../records/open-master-keys.js';
import { rewrapDataKeys } from '../records/data-keys.js';
import type { MasterKeys } from '../records/master-keys.js';
import { createRecordStore, type RecordStore } from '../records/record-store.js';
import type { Log } from '../telemetry/log.js';
import { rewrapJobKeys } from '../transcriptions/durable/job-keys.js';
import { serverVersion } from '../version.js';
import { errorCode } from '../error-code.js';

/** Everything that outlives the server. */
export interface Storage {
  readonly database: Database;
  readonly queue: CommitQueue;
  readonly audit: AnchoredAuditLog;
  readonly masterKeys: MasterKeys;
  readonly integrity: RowIntegrity;
  readonly records: RecordStore;
  readonly keyCopies: KeyCopies;
  /** The id of the server under which sessions are opened. */
  readonly serverId: string;
  /** Writes what still waits, if the database can be written to, and closes the database. */
  readonly close: () => Promise<void>;
}

/** Who opens the storage, and what is reported to them. */
export interface StorageOptions {
  readonly opener?: 'server' | 'command';
  /** Called with each forged row, when it is read. */
  readonly onRefused?: (row: RefusedRow) => void;
  /** Called after each commit of what waited, with the seconds that it took. */
  readonly onCommitted?: (seconds: number) => void;
}

/**
 * Opens the database, the audit log and the records.
 * @throws {ConfigError} if the database cannot be opened, a master key is missing, the audit log was tampered with, or the
 * evidence that rows are vouched for is gone
 */
export async function openStorage(config: Config, log: Log, options: StorageOptions = {}): Promise<Storage> {
  const database = await openDatabase(config);
  try {
    return await openOver(database, config, log, options);
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function openOver(
  database: Database,
  config: Config,
  log: Log,
  { opener = 'server', onRefused, onCommitted }: StorageOptions,
): Promise<Storage> {
  const queue = createCommitQueue(database, { ...queueReports(log), onCommitted });
  let createdKey: string | undefined;
  const masterKeys = await openMasterKeys(config, database, (path) => {
    createdKey = path;
  });
  const reports = auditReports(config, log);
  const audit = await openAudit(config, { database, queue, masterKeys }, opener, reports).catch(
    async (error: unknown) => {
      await queue.close();
      throw error;
    },
  );
  if (createdKey !== undefined) log.warn(KEY_MADE, { path: createdKey });
  const integrity = createRowIntegrity({ database, audit, masterKeys, log, onRefused });
  const kept = { database, queue, audit, masterKeys, integrity };
  await vouchForOlderRows(
    { ...kept, log },
    createdKey === undefined
      ? undefined
      : { ...BY_SERVER, action: 'master-key.create', what: masterKeys.current().id },
  );
  const opened = { ...kept, ...openRecords(config, kept, log) };
  return { ...opened, close: () => closeInOrder(opened) };
}

/** Reports to the operator whether the database can be written. */
function queueReports(log: Log): CommitEvents {
  return {
    onFailing: (error, failure) => {
      log.error(failure === 'damaged' ? DAMAGED : AWAY, { code: errorCode(error) });
    },
    onRecovered: () => {
      log.info('records and audit log are written again');
    },
  };
}

/** Reports to the operator what goes wrong with the audit log. */
function auditReports(config: Config, log: Log): AuditEvents {
  return {
    onAnchorFailing: (sink, error) => {
      log.error('audit anchors cannot be taken outside, they wait', { sink, code: errorCode(error) });
    },
    onAnchorRecovered: (sink) => {
      log.info('audit anchors are taken outside again', { sink });
    },
    onAnchorsMissing: () => {
      log.error(ANCHORS_MISSING, { path: auditAnchorPath(config) });
    },
    onTrouble: (trouble) => {
      log.error(trouble === 'tampered' ? TAMPERED : KEY_UNKNOWN);
    },
  };
}

/** Opens the records over the services that keep them. */
function openRecords(
  config: Config,
  kept: Pick<Storage, 'database' | 'queue' | 'audit' | 'masterKeys' | 'integrity'>,
  log: Log,
): Pick<Storage, 'records' | 'keyCopies' | 'serverId'> {
  const { database, queue, masterKeys, integrity } = kept;
  const serverId = randomUUID();
  const keyCopies = createKeyCopies({
    database,
    queue,
    masterKeys,
    log,
    path: keyCopyPath(config),
    listPath: destroyedListPath(config),
    onForged: integrity.refused.report,
  });
  const records = createRecordStore({
    ...kept,
    log,
    serverVersion: serverVersion(),
    keepsFinals: config.records === 'on',
    keepsAudio: config.keepAudio,
    serverId,
    keyCopies,
  });
  return { records, keyCopies, serverId };
}

/** Closes everything, each part before those that it writes to. */
async function closeInOrder({ keyCopies, audit, queue, database }: Omit<Storage, 'close'>): Promise<void> {
  await keyCopies.close();
  await audit.close();
  await queue.close();
  await database.close();
}

/**
 * How often a server looks for a new master key, and re-encrypts data keys and vouches for rows with it,
 * milliseconds.
 */
const ROTATION_MS = 60 * 60 * 1000;

/** Keeps data keys encrypted with the current master key, now and every hour. Returns a function that ends this. */
export function keepKeysCurrent({ database, masterKeys, audit, integrity }: Storage, log: Log): () => void {
  let known = masterKeys.current().id;
  const rotate = async (): Promise<void> => {
    await masterKeys.reload();
    const { id } = masterKeys.current();
    if (id !== known) await audit.append(changeOf('master key', `${known} → ${id}`));
    known = id;
    const rewrapped = await rewrapDataKeys(database, masterKeys);
    await revouchRows(database, integrity.macs);
    await rewrapVoices(database, masterKeys);
    await rewrapTemplates(database, masterKeys);
    await rewrapSettings(database, masterKeys);
    await rewrapJobKeys(database, masterKeys, integrity);
    if (rewrapped === 0) return;
    log.info('data keys are encrypted with the current master key', { count: rewrapped });
    const what = masterKeys.current().id;
    await audit.append({ ...BY_SERVER, action: 'master-key.rotate', what, counts: { rewrapped } });
  };
  const attempt = (): void => {
    rotate().catch((error: unknown) => {
      log.error('data keys could not be encrypted with the current master key', { code: errorCode(error) });
    });
  };
  attempt();
  const timer = setInterval(attempt, ROTATION_MS).unref();
  return () => {
    clearInterval(timer);
  };
}

/** Logged for the operator, once for each outage. */
const AWAY = 'RECORDS AND AUDIT LOG CANNOT BE WRITTEN: no new sessions, finals wait';
const DAMAGED =
  'THE DATABASE IS DAMAGED: no new sessions, finals wait; stop the server, keep the file, and restore a backup with "auscult restore"';

const KEY_MADE =
  'a master key was made: back it up, apart from the database; without it no record can be read';

const TAMPERED =
  'THE AUDIT LOG WAS WRITTEN TO BY SOMEBODY ELSE: keep the database as it is and see "auscult audit verify"';
const KEY_UNKNOWN =
  'THE AUDIT LOG IS SEALED WITH A MASTER KEY THAT IS NOT HERE, and so cannot be written: give this server the key';
const ANCHORS_MISSING =
  'AUDIT ANCHORS ARE MISSING from their file; new ones begin: see "auscult audit verify"';

const BY_SERVER = { outcome: 'success', who: SERVER_ITSELF, from: undefined } as const;
