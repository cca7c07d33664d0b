import type { Selectable } from 'kysely';
import type { ReadableDatabase } from '../db/database.js';
import type { Schema } from '../db/schema.js';
import { unwrapDataKey } from '../records/data-keys.js';
import type { MasterKeys } from '../records/master-keys.js';
import { openAudio } from '../records/record-audio.js';
import { openFinal, RECOGNITION_PASSES, type RecognitionPass } from '../records/record-content.js';
import { openSettings } from '../records/recorded-settings.js';
import { openSpeakerChange } from '../records/speaker-changes.js';
import { speakerChangePages } from '../records/stored-speaker-changes.js';
import { isDamaged } from './damaged.js';
import type { Check, Finding, Step } from './check.js';

/** Finals per step, each of a few kilobytes: to open one takes a fifth of a millisecond. */
const PAGE = 8;

type Db = ReadableDatabase['db'];
type SessionRow = Selectable<Schema['sessions']>;

/**
 * Checks that every record is whole: its settings, each version of each final and each piece of audio can be opened,
 * and none is missing.
 */
export function recordsCheck({ db }: Pick<ReadableDatabase, 'db'>, masterKeys: MasterKeys): Check {
  return {
    name: 'records',
    count: async () => {
      const { count } = await db
        .selectFrom('sessions')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow();
      return count;
    },
    async *steps(cursor = '') {
      for (let after = cursor; ;) {
        const session = await db
          .selectFrom('sessions')
          .selectAll()
          .where('id', '>', after)
          .orderBy('id')
          .limit(1)
          .executeTakeFirst();
        if (session === undefined) return;
        for await (const findings of findingsOf(db, masterKeys, session)) {
          const isThere = findings.length > 0 && (await isStillThere(db, session.id));
          yield { checked: 0, findings: isThere ? findings : [], cursor: after } satisfies Step;
        }
        after = session.id;
        yield { checked: 1, findings: [], cursor: after };
      }
    },
  };
}

/** A record that is destroyed while it is read is no finding. */
async function isStillThere(db: Db, id: string): Promise<boolean> {
  return (await db.selectFrom('sessions').select('id').where('id', '=', id).executeTakeFirst()) !== undefined;
}

async function* findingsOf(
  db: Db,
  masterKeys: MasterKeys,
  session: SessionRow,
): AsyncGenerator<readonly Finding[]> {
  const { id } = session;
  const row = await db
    .selectFrom('data_keys')
    .select(['master_key_id', 'wrapped'])
    .where('session_id', '=', id)
    .executeTakeFirst();
  if (row === undefined) {
    yield [{ kind: 'data-key', trouble: 'missing', session: id }];
    return;
  }
  // A key that cannot be opened is found by the check of keys.
  const dataKey = await unwrapDataKey(masterKeys, id, row).catch(() => undefined);
  if (dataKey === undefined) return;
  try {
    yield settingsFindings(dataKey, session);
    for (const reading of RECOGNITION_PASSES) yield* finalFindings(db, dataKey, session, reading);
    yield* speakerFindings(db, dataKey, id);
    yield* audioFindings(db, dataKey, session);
  } finally {
    dataKey.fill(0);
  }
}

function settingsFindings(dataKey: Buffer, { id, settings }: SessionRow): readonly Finding[] {
  if (settings === null) return [];
  return opens(() => openSettings(dataKey, settings, id))
    ? []
    : [{ kind: 'settings', trouble: 'altered', session: id }];
}

async function* finalFindings(
  db: Db,
  dataKey: Buffer,
  { id, finals }: SessionRow,
  reading: RecognitionPass,
): AsyncGenerator<readonly Finding[]> {
  // Before the finals, so that none added meanwhile counts as missing.
  const expected = reading === 'live' ? finals : await refinedFinals(db, id);
  let before = { place: -1, version: 0 };
  for (;;) {
    const { place: lastPlace, version: lastVersion } = before;
    const rows = await db
      .selectFrom('segments')
      .select(['place', 'version', 'sealed'])
      .where('session_id', '=', id)
      .where('reading', '=', reading)
      .where((eb) =>
        eb.or([
          eb('place', '>', lastPlace),
          eb.and([eb('place', '=', lastPlace), eb('version', '>', lastVersion)]),
        ]),
      )
      .orderBy('place')
      .orderBy('version')
      .limit(PAGE)
      .execute();
    const findings: Finding[] = [];
    for (const { place, version, sealed } of rows) {
      const isNext =
        place === before.place ? version === before.version + 1 : place === before.place + 1 && version === 1;
      const at = `${reading} ${String(place)} version ${String(version)}`;
      if (!isNext) findings.push({ kind: 'final', trouble: 'missing', session: id, at: `before ${at}` });
      if (!opens(() => openFinal(dataKey, sealed, { sessionId: id, reading, place, version })))
        findings.push({ kind: 'final', trouble: 'altered', session: id, at });
      before = { place, version };
    }
    if (rows.length < PAGE && before.place + 1 < expected)
      findings.push({
        kind: 'final',
        trouble: 'missing',
        session: id,
        at: `${reading} ${String(before.place + 1)}`,
      });
    yield findings;
    if (rows.length < PAGE) return;
  }
}

async function refinedFinals(db: Db, id: string): Promise<number> {
  const parts = await db
    .selectFrom('refined_parts')
    .select(['first_place', 'finals'])
    .where('session_id', '=', id)
    .execute();
  return Math.max(0, ...parts.map(({ first_place, finals }) => first_place + finals));
}

/** Whether each change of speakers can be opened; that none is missing is checked with the head of the record. */
async function* speakerFindings(db: Db, dataKey: Buffer, id: string): AsyncGenerator<readonly Finding[]> {
  for await (const rows of speakerChangePages(db, id))
    yield rows
      .filter((row) => !opens(() => openSpeakerChange(dataKey, row)))
      .map(({ place }) => ({ kind: 'speakers', trouble: 'altered', session: id, at: String(place) }));
}

/** One piece per step, since each is 320 kB. Pieces that could not be kept when they came are no finding. */
async function* audioFindings(
  db: Db,
  dataKey: Buffer,
  { id, channels }: SessionRow,
): AsyncGenerator<readonly Finding[]> {
  for (let channel = 0; channel < channels; channel++) {
    for (let after = -1; ;) {
      const row = await db
        .selectFrom('audio_pieces')
        .selectAll()
        .where('session_id', '=', id)
        .where('channel', '=', channel)
        .where('place', '>', after)
        .orderBy('place')
        .limit(1)
        .executeTakeFirst();
      if (row === undefined) break;
      after = row.place;
      const at = `channel ${String(channel)} piece ${String(after)}`;
      yield opens(() => openAudio(dataKey, row))
        ? []
        : [{ kind: 'audio', trouble: 'altered', session: id, at }];
    }
  }
}

function opens(work: () => unknown): boolean {
  try {
    work();
    return true;
  } catch (error) {
    if (isDamaged(error)) return false;
    throw error;
  }
}
