import type { KnownSpeaker, SpeakerAssignment, SpeakerCorrections } from '@auscult/protocol';
import type { Transaction } from 'kysely';
import { WRITE_PATIENCE } from '../db/commit-queue.js';
import type { Schema } from '../db/schema.js';
import { RequestError } from '../errors.js';
import { checkCorrections } from '../speakers/check-corrections.js';
import type { CorrectableFinal } from '../speakers/words-of.js';
import { changeRecord } from './change-record.js';
import { readDataKey } from './data-keys.js';
import type { RecognitionPass } from './record-content.js';
import { correctionEvent, reportingDamage } from './record-events.js';
import { headWith } from './record-head.js';
import type { RecordServices } from './record-services.js';
import type { Actor, RecordedSegment, SegmentVersion } from './record.js';
import { speakerChangeRow, type CorrectedSpeakers } from './speaker-changes.js';
import { nextSpeakerChange } from './stored-speaker-changes.js';
import type { StoredText } from './stored-segments.js';
import { talksIn } from './talks-in.js';
import { requireWhole } from './whole-record.js';

/** Corrections of who speaks in a record. */
export interface RecordedSpeakerCorrections extends SpeakerCorrections {
  readonly assign?: RecordedAssignment[] | undefined;
  /** The pass whose finals are meant. Those without a `sequence` go by their place. */
  readonly reading: RecognitionPass;
}

interface RecordedAssignment extends SpeakerAssignment {
  /** The version of the final in which words are counted; the newest if undefined. */
  readonly version?: number | undefined;
}

/** What has become of corrections of a record. */
export interface SpeakersOfRecord {
  /** Everybody who then speaks. */
  readonly speakers: readonly KnownSpeaker[];
  /** What was corrected, with its words found. */
  readonly corrected: CorrectedSpeakers;
}

/**
 * Keeps corrections of who speaks; later findings and passes do not change them. Refused
 * as `correction_refused` if something that they name is not there, and as `record_damaged` if the record is not whole.
 */
export async function correctSpeakers(
  services: RecordServices,
  id: string,
  { reading, ...corrections }: RecordedSpeakerCorrections,
  actor: Actor,
): Promise<SpeakersOfRecord> {
  return reportingDamage(services.audit, id, actor, async () => {
    const text = await requireWhole(services, id);
    const checked = checkCorrections(corrections, {
      find: (assignment) => findFinal(text, reading, assignment),
      findable: 'a final of the record, in a version that it has',
      directory: text.directory,
      talks: await talksIn(text),
    });
    if (!checked.ok) {
      const { field, limit } = checked;
      throw new RequestError('correction_refused', { field, limit });
    }
    const { corrected } = checked;
    await changeRecord(
      services,
      id,
      (transaction) => correctIn(transaction, services, id, corrected, actor),
      WRITE_PATIENCE,
    );
    const after = await requireWhole(services, id);
    return { speakers: after.directory.known(await talksIn(after)), corrected };
  });
}

/** Writes the correction, the head and the audit entry; returns the revision of the row that vouches for it. */
async function correctIn(
  transaction: Transaction<Schema>,
  { rows, masterKeys, audit }: RecordServices,
  id: string,
  corrected: CorrectedSpeakers,
  actor: Actor,
): Promise<number> {
  const session = await rows.readIn(transaction, id);
  const dataKey = await readDataKey(transaction, masterKeys, id);
  const place = await nextSpeakerChange(transaction, id);
  const row = speakerChangeRow(dataKey, id, place, corrected, actor.who.subject);
  await transaction.insertInto('speaker_changes').values(row).execute();
  const head = headWith(session.row, dataKey, [{ table: 'speaker_changes', ...row }]);
  dataKey.fill(0);
  const revision = await rows.changeIn(transaction, session, { head });
  await audit.appendIn(transaction, correctionEvent(corrected, place, { id, actor, revision }));
  return revision;
}

function findFinal(
  { segments, refined }: StoredText,
  reading: RecognitionPass,
  { sequence, channel = 0, version }: RecordedAssignment,
): CorrectableFinal | undefined {
  const finals = reading === 'live' ? segments : refined.flatMap((part) => part.segments);
  const isMeant = ({ place, versions: [heard] }: RecordedSegment): boolean =>
    heard.sequence === undefined
      ? place === sequence
      : heard.sequence === sequence && heard.channel === channel;
  const found = finals.find(isMeant);
  const final = found?.versions.findLast((each) => version === undefined || each.version === version);
  return found && final && correctable(found, final, reading);
}

function correctable(
  { place }: RecordedSegment,
  { version, channel, start, end, words }: SegmentVersion,
  reading: RecognitionPass,
): CorrectableFinal {
  return {
    reading,
    place,
    version,
    channel,
    start,
    end,
    words: words.length,
    timesOf: (word) => words[word] ?? { start, end },
  };
}
