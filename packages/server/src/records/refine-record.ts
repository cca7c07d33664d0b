import { inSlices } from '../time-slices.js';
import { changeRecord } from './change-record.js';
import { continueNumbers, type SpokenText } from './continue-numbers.js';
import { readDataKey } from './data-keys.js';
import { recordEvent } from './record-events.js';
import { headWith } from './record-head.js';
import type { RecordServices } from './record-services.js';
import type { Actor } from './record.js';
import type { FinalRecord } from './record-content.js';
import { writeRefined, type RefinedText } from './refined-text.js';
import { readSegments } from './stored-segments.js';
import { requireSession } from './whole-record.js';

/**
 * Adds the text of a second pass over a stretch of the session, unless it is there already. Resolves with its finals, whose
 * speakers get the numbers that they have in the live text.
 */
export async function refineRecord(
  services: RecordServices,
  id: string,
  refined: RefinedText,
  actor: Actor,
): Promise<RefinedText['finals']> {
  const { rows, masterKeys, audit } = services;
  const text = { ...refined, finals: await withLiveNumbers(services, id, refined.finals) };
  await changeRecord(services, id, async (transaction) => {
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
  return text.finals;
}

/**
 * What people have corrected is left aside, as it counts for this text, too: of two voices that somebody takes for one, each keeps
 * its number.
 */
async function withLiveNumbers(
  { database: { db }, rows, masterKeys }: RecordServices,
  id: string,
  heard: readonly FinalRecord[],
): Promise<readonly FinalRecord[]> {
  if (!heard.some(({ words }) => words.some(({ speaker }) => speaker !== undefined))) return heard;
  const { row } = await requireSession(rows, id);
  const dataKey = await readDataKey(db, masterKeys, id);
  const { finals, head } = row;
  const { segments } = await readSegments({ db, id, dataKey, finals, head, asFound: true });
  const live: SpokenText[] = [];
  for await (const {
    versions: [{ channel, words }],
  } of inSlices(segments))
    live.push({ channel, words });
  dataKey.fill(0);
  return continueNumbers(heard, live);
}
