import { isDeepStrictEqual } from 'node:util';
import type { AuditEvent } from '../audit/audit-event.js';
import { changeOf } from '../audit/configuration-change.js';
import type { Config } from '../config/schema.js';
import { settings, type Setting } from '../config/settings.js';
import { WRITE_PATIENCE } from '../db/commit-queue.js';
import type { Storage } from './open-storage.js';
import {
  readSavedConfiguration,
  savedFrom,
  saveConfiguration,
  type SavedConfiguration,
} from './saved-configuration.js';

/**
 * Writes to the audit log which settings of this start differ from the server's last one, and keeps them for the
 * next. Values of settings that may hold a secret are compared, but not written.
 */
export async function noteConfiguration(
  config: Config,
  { database, queue, audit, masterKeys }: Pick<Storage, 'database' | 'queue' | 'audit' | 'masterKeys'>,
): Promise<void> {
  const { dataDirectory } = config;
  const before = await readSavedConfiguration(database, masterKeys, dataDirectory);
  const now = savedFrom(config);
  const events = before === undefined ? [changeOf(undefined, NOTHING_KNOWN)] : changesBetween(before, now);
  if (events.length === 0 && before?.['auditIsSealed'] === true) return;
  await queue.submit(async (transaction) => {
    for (const event of events) await audit.appendIn(transaction, event);
    await saveConfiguration(transaction, masterKeys, dataDirectory, now);
  }, WRITE_PATIENCE);
}

const NOTHING_KNOWN = 'first start, or what the last one was set to is lost';

function changesBetween(before: SavedConfiguration, now: SavedConfiguration): readonly AuditEvent[] {
  return settings
    .filter(({ name }) => !isDeepStrictEqual(before[name], now[name]))
    .map((setting) => changeOf(setting.name, differenceOf(setting, before, now)));
}

function differenceOf(
  { name, isSecret }: Setting,
  before: SavedConfiguration,
  now: SavedConfiguration,
): string | undefined {
  return isSecret === true ? undefined : `${textOf(before[name])} → ${textOf(now[name])}`;
}

function textOf(value: unknown): string {
  return value === undefined ? 'not set' : JSON.stringify(value);
}
