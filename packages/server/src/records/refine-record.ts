import { changeRecord } from './change-record.js';
import { readDataKey } from './data-keys.js';
import { recordEvent } from './record-events.js';
import { headWith } from './record-head.js';
import type { RecordServices } from './record-services.js';
import type { Actor } from './record.js';
import { writeRefined, type RefinedText } from './refined-text.js';

/** Adds the text of a second pass over a stretch of the session, unless it is there already. */
export function refineRecord(
  services: RecordServices,
  id: string,
  text: RefinedText,
  actor: Actor,
): Promise<void> {
  const { rows, masterKeys, audit } = services;
  return changeRecord(services, id, async (transaction) => {
    const session = await rows.readIn(transaction, id);
    const dataKey = await readDataKey(transaction, masterKeys, id);
    const added = await writeRefined(transaction, id, dataKey, text);
    const head = added && headWith(session.row, dataKey, added);
    dataKey.fill(0);
    if (head === undefined) return undefined;
    const revision = await rows.changeIn(transaction, session, { head });
    const counts = { finals: text.finals.length, revision };
    await audit.appendIn(transaction, { ...recordEvent('record.refine', actor, id), counts });
    return revision;
  });
}
