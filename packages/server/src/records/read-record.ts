import { RequestError } from '../errors.js';
import { createSlices } from '../time-slices.js';
import { readDataKey } from './data-keys.js';
import { summaryOf } from './find-records.js';
import { keptChannels } from './read-audio.js';
import { recordEvent, reportingDamage } from './record-events.js';
import type { RecordServices } from './record-services.js';
import type { Actor, StoredRecord } from './record.js';
import { openSettings } from './recorded-settings.js';
import { talksIn } from './talks-in.js';
import { readWhole, requireSession } from './whole-record.js';

/** How a record is read. */
export interface ReadRecordOptions {
  readonly action: 'record.read' | 'record.export';
  /** Whether a record that is not whole is refused, or what is left of it is shown. */
  readonly damaged: 'refuse' | 'show';
}

/** Everything that was said in a session, with all versions. Logs first that somebody reads it. */
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
    const { directory, ...text } = said;
    const speakers = directory.known(await talksIn(text));
    const settings = row.settings === null ? undefined : openSettings(dataKey, row.settings, id);
    const audio = await keptChannels(database.db, row, dataKey);
    await audit.append(recordEvent(action, actor, id));
    await sliceEnds();
    return { ...summaryOf(row, groups), settings, audio, speakers, ...text };
  });
}

/** Reports a record that is not whole, so that auditors learn of it; throws `record_damaged` unless the rest is to be shown. */
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
