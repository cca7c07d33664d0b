import { RequestError } from '../errors.js';
import { createSlices } from '../time-slices.js';
import { readDataKey } from './data-keys.js';
import { summaryOf } from './find-records.js';
import { recordEvent, reportingDamage } from './record-events.js';
import type { RecordServices } from './record-services.js';
import type { Actor, StoredRecord } from './record.js';
import { openSettings } from './recorded-settings.js';
import { readWhole, requireSession } from './whole-record.js';

/** How a record is read. */
export interface ReadRecordOptions {
  readonly action: 'record.read' | 'record.export';
  /** Whether who reads is shown what is left of a record that is not whole. */
  readonly damaged: 'refuse' | 'show';
}

/** Everything that was said in a session, with all versions, once it is logged that somebody read it. */
export async function readRecord(
  services: RecordServices,
  id: string,
  actor: Actor,
  { action, damaged }: ReadRecordOptions,
): Promise<StoredRecord> {
  const { database, rows, masterKeys, audit } = services;
  return reportingDamage(audit, id, actor, async () => {
    const sliceEnds = createSlices();
    const { row, groups } = await requireSession(rows, id);
    await sliceEnds();
    const dataKey = await readDataKey(database.db, masterKeys, id);
    const said = await readWhole(services, row, dataKey);
    if (!said.isWhole) await reportShortened(services, id, actor, damaged);
    await sliceEnds();
    const settings = row.settings === null ? undefined : openSettings(dataKey, row.settings, id);
    await audit.append(recordEvent(action, actor, id));
    return { ...summaryOf(row, groups), settings, ...said };
  });
}

/** With `show`, who reads is shown what is left; the auditor is told either way. */
async function reportShortened(
  { integrity, audit }: RecordServices,
  id: string,
  actor: Actor,
  damaged: ReadRecordOptions['damaged'],
): Promise<void> {
  integrity.refused.report({ table: 'sessions', id, refusal: 'shortened' });
  if (damaged === 'refuse') throw new RequestError('record_damaged', { field: 'damaged', limit: 'show' });
  await audit.append({ ...recordEvent('record.damaged', actor, id), outcome: 'failure' });
}
