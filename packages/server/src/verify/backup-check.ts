import { readBackup, type BackupRow } from '../backup/backup-file.js';
import { ConfigError } from '../config/config-error.js';
import type { ReadableDatabase } from '../db/database.js';
import { chainHash, EMPTY_CHAIN, type ChainHead } from '../audit/audit-entry.js';
import { unwrapDataKey, type WrappedKey } from '../records/data-keys.js';
import { readKeyCopy } from '../records/key-copies/key-copy.js';
import type { MasterKeys } from '../records/master-keys.js';
import { openAudio } from '../records/record-audio.js';
import { openFinal, type RecognitionPass } from '../records/record-content.js';
import { openSettings } from '../records/recorded-settings.js';
import { isMissing } from '../error-code.js';
import { isDamaged } from './damaged.js';
import type { Check, Finding } from './check.js';

/** Rows per step. */
const PAGE = 100;

/** What is needed to read backups, and tells what must not be in them. */
export interface BackupSurroundings {
  readonly database: Pick<ReadableDatabase, 'db'>;
  readonly masterKeys: MasterKeys;
  /** The file with the copy of data keys. */
  readonly keyCopy: string;
}

/**
 * Checks that every key in the copy can be opened, and that none of a destroyed session is left in it. That there is
 * no copy is no finding.
 */
export function keyCopyCheck({ database, masterKeys, keyCopy }: BackupSurroundings): Check {
  return {
    name: 'key-copy',
    count: () => Promise.resolve(1),
    async *steps() {
      const copy = await readKeyCopy(keyCopy).catch(asUndefined);
      if (copy === undefined) {
        yield { checked: 1, findings: [{ kind: 'key-copy', trouble: 'altered', at: keyCopy }], cursor: '' };
        return;
      }
      const destroyed = await destroyedSessions(database);
      const entries = [...copy.keys];
      for (let from = 0; from < entries.length; from += PAGE) {
        const some = entries.slice(from, from + PAGE);
        const findings = await Promise.all(
          some.map(async ([session, key]): Promise<readonly Finding[]> => {
            if (destroyed.has(session)) return [{ kind: 'key-copy', trouble: 'back', session, at: keyCopy }];
            const dataKey = await unwrapDataKey(masterKeys, session, key).catch(asUndefined);
            dataKey?.fill(0);
            return dataKey ? [] : [{ kind: 'key-copy', trouble: 'altered', session, at: keyCopy }];
          }),
        );
        yield { checked: some.length, findings: findings.flat(), cursor: '' };
      }
    },
  };
}

/**
 * Checks that a backup can be restored: that every block of it can be opened, and every record that the copy has a
 * key for; that the audit log in it is a chain; and that no destroyed record in it can be read.
 */
export function backupCheck(path: string, surroundings: BackupSurroundings): Check {
  return {
    name: 'backup',
    count: () => Promise.resolve(1),
    async *steps() {
      const reader = await createRowReader(path, surroundings);
      let checked = 0;
      try {
        const { rows } = await readBackup(path, surroundings.masterKeys);
        let findings: Finding[] = [];
        for await (const row of rows) {
          findings.push(...(await reader(row)));
          checked += 1;
          if (checked % PAGE !== 0) continue;
          yield { checked: PAGE, findings, cursor: '' };
          findings = [];
        }
        yield { checked: checked % PAGE, findings, cursor: '' };
      } catch (error) {
        if (!(error instanceof ConfigError) && !isDamaged(error) && !isMissing(error)) throw error;
        yield {
          checked: 0,
          findings: [{ kind: 'backup', trouble: isMissing(error) ? 'missing' : 'altered', at: path }],
          cursor: '',
        };
      }
    },
  };
}

/** Checks rows as they come: all of a table together, and those of a session together. */
async function createRowReader(
  path: string,
  surroundings: BackupSurroundings,
): Promise<(row: BackupRow) => Promise<readonly Finding[]>> {
  const checkSealed = await createSealedCheck(path, surroundings);
  const checkEntry = createEntryCheck(path);

  return async ({ table, row }) => {
    const session = String(row['session_id']);
    switch (table) {
      case 'sessions': {
        const { settings } = row;
        const id = String(row['id']);
        return Buffer.isBuffer(settings)
          ? checkSealed(id, 'settings', (dataKey) => openSettings(dataKey, settings, id))
          : [];
      }
      case 'segments': {
        const where = {
          sessionId: session,
          reading: row['reading'] as RecognitionPass,
          place: Number(row['place']),
          version: Number(row['version']),
        };
        return checkSealed(session, 'final', (dataKey) => openFinal(dataKey, bytesOf(row['sealed']), where));
      }
      case 'audio_pieces': {
        const piece = {
          session_id: session,
          channel: Number(row['channel']),
          place: Number(row['place']),
          sealed: bytesOf(row['sealed']),
        };
        return checkSealed(session, 'audio', (dataKey) => openAudio(dataKey, piece));
      }
      case 'audit_entries':
        return checkEntry(row);
      default:
        return [];
    }
  };
}

/** Opens what is sealed with the key of a session, by `open`. */
type SealedCheck = (
  session: string,
  kind: Finding['kind'],
  open: (dataKey: Buffer) => unknown,
) => Promise<readonly Finding[]>;

async function createSealedCheck(
  path: string,
  { database, masterKeys, keyCopy }: BackupSurroundings,
): Promise<SealedCheck> {
  const keys = (await readKeyCopy(keyCopy).catch(asUndefined))?.keys ?? new Map<string, WrappedKey>();
  const destroyed = await destroyedSessions(database);
  let opened: { readonly session: string; readonly dataKey: Buffer | undefined } | undefined;

  /** Undefined if the record was destroyed since, so that nobody can read it. */
  const keyOf = async (session: string): Promise<Buffer | undefined> => {
    if (opened?.session === session) return opened.dataKey;
    opened?.dataKey?.fill(0);
    const key = keys.get(session);
    const dataKey = key && (await unwrapDataKey(masterKeys, session, key).catch(asUndefined));
    opened = { session, dataKey };
    return dataKey;
  };

  return async (session, kind, open) => {
    const dataKey = await keyOf(session);
    if (dataKey === undefined) return [];
    try {
      open(dataKey);
      return destroyed.has(session) ? [{ kind, trouble: 'back', session, at: path }] : [];
    } catch (error) {
      if (isDamaged(error)) return [{ kind, trouble: 'altered', session, at: path }];
      throw error;
    }
  };
}

/** Compares each entry of the audit log with the one before. */
function createEntryCheck(path: string): (row: BackupRow['row']) => readonly Finding[] {
  let head: ChainHead = EMPTY_CHAIN;
  return (row) => {
    const next = { sequence: Number(row['sequence']), hash: String(row['hash']) };
    const isNext =
      next.sequence === head.sequence + 1 && chainHash(head.hash, String(row['entry'])) === next.hash;
    head = next;
    return isNext
      ? []
      : [{ kind: 'audit-entry', trouble: 'altered', at: `${String(next.sequence)} in ${path}` }];
  };
}

function bytesOf(value: unknown): Buffer {
  return Buffer.isBuffer(value) ? value : Buffer.alloc(0);
}

async function destroyedSessions({ db }: Pick<ReadableDatabase, 'db'>): Promise<ReadonlySet<string>> {
  const rows = await db.selectFrom('destroyed_keys').select('session_id').execute();
  return new Set(rows.map(({ session_id }) => session_id));
}

function asUndefined(error: unknown): undefined {
  if (error instanceof ConfigError || isDamaged(error)) return undefined;
  throw error;
}
