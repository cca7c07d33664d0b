import type { Database } from '../db/database.js';
import { readDataKey } from './data-keys.js';
import type { RecordServices } from './record-services.js';
import { openSpeakerChange, type SpeakerChange } from './speaker-changes.js';
import { createSpeakerLabels, type SpeakerLabels } from './speaker-labels.js';
import { speakerChangePages } from './stored-speaker-changes.js';

/**
 * Who speaks in a record, as people have corrected it by now; undefined if there is no such record. Throws `record_damaged` if
 * something in it was changed.
 */
export async function readSpeakers(
  { database: { db }, rows, masterKeys }: Pick<RecordServices, 'database' | 'rows' | 'masterKeys'>,
  id: string,
): Promise<SpeakerLabels | undefined> {
  if ((await rows.find(id)) === undefined) return undefined;
  const dataKey = await readDataKey(db, masterKeys, id);
  const labels = await speakersIn(db, id, dataKey);
  dataKey.fill(0);
  return labels;
}

/** The same for a record whose key is known, also within a transaction. */
export async function speakersIn(
  db: Database['db'],
  id: string,
  dataKey: Uint8Array,
): Promise<SpeakerLabels> {
  const changes: SpeakerChange[] = [];
  for await (const page of speakerChangePages(db, id))
    for (const row of page) changes.push(openSpeakerChange(dataKey, row));
  return createSpeakerLabels(changes);
}
