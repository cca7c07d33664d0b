import { createHash } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import type { RecordedSpeakerCorrections } from '../../src/records/correct-speakers.js';
import { leaseSessions } from '../../src/records/session-lease.js';
import type { CorrectedSpeakers } from '../../src/records/speaker-changes.js';
import { EMPTY_DIRECTORY } from '../../src/speakers/speaker-directory.js';
import type { Storage } from '../../src/storage/open-storage.js';
import { createLog } from '../../src/telemetry/log.js';
import { describeDatabases } from '../support/databases.js';
import { begin, DR_LEE, openTestStorage, spoken } from '../support/storage.js';

const SILENT = createLog({ logLevel: 'silent', logFormat: 'json' });
const OTHER = { ...DR_LEE, who: { ...DR_LEE.who, subject: 'dr-moss' } };

const NAMED: CorrectedSpeakers = {
  kind: 'corrected',
  spans: [],
  merge: [],
  name: [{ speaker: 1, name: 'Ms. Okafor' }],
};

const STATE = {
  directory: { ...EMPTY_DIRECTORY, named: [{ speaker: 1, name: 'Ms. Okafor' }] },
  voices: Uint8Array.of(1, 2, 3),
  tokenDigest: digest('token'),
};

describeDatabases('speakers of a session', ({ settings }) => {
  test('wait some minutes for another session of the same person if their server was lost', async () => {
    const where = settings();
    const lost = await openTestStorage(where);
    const writer = await begin(lost, 'lost');
    await writer.changeSpeakers(NAMED);
    writer.keepSpeakers(STATE);
    await writer.commit(spoken('my knee', 0));
    const storage = await openTestStorage(where);
    await lease(storage);
    expect(await waitingStates(storage)).toEqual([{ session_id: 'lost', isWaiting: true }]);

    const former = { sessionId: 'lost', tokenDigest: digest('token') };
    const stranger = await begin(storage, 'stranger', OTHER);
    expect(await stranger.continueSpeakers(former, digest('own'))).toBeUndefined();
    const next = await begin(storage, 'next');
    const guessed = { sessionId: 'lost', tokenDigest: digest('guessed') };
    expect(await next.continueSpeakers(guessed, digest('own'))).toBeUndefined();
    const unknown = { ...former, sessionId: 'unknown' };
    expect(await next.continueSpeakers(unknown, digest('own'))).toBeUndefined();
    expect(await next.continueSpeakers(former, digest('own'))).toEqual({
      ...STATE,
      tokenDigest: digest('own'),
    });
    expect(await waitingStates(storage)).toEqual([{ session_id: 'next', isWaiting: false }]);
    await next.close('1000');
    expect(await waitingStates(storage)).toEqual([]);
  });

  test('are forgotten when their time is over, and with their record', async () => {
    const storage = await openTestStorage(settings());
    for (const id of ['a', 'b']) {
      const writer = await begin(storage, id);
      writer.keepSpeakers(STATE);
      await writer.changeSpeakers(NAMED);
      await writer.close('1001', { mayContinue: true });
    }
    await storage.database.db
      .updateTable('speaker_states')
      .set({ kept_until: 1 })
      .where('session_id', '=', 'a')
      .execute();
    await lease(storage);
    expect(await waitingStates(storage)).toEqual([{ session_id: 'b', isWaiting: true }]);
    await storage.records.destroy(['b'], DR_LEE);
    expect(await waitingStates(storage)).toEqual([]);
    const left = await storage.database.db.selectFrom('speaker_changes').select('session_id').execute();
    expect(left).toEqual([{ session_id: 'a' }]);
  });

  test('cannot be changed from outside unnoticed', async () => {
    const storage = await openTestStorage(settings());
    const writer = await begin(storage, 'a');
    await writer.commit(spoken('my knee', 0));
    await writer.changeSpeakers(NAMED);
    await writer.close('1000');
    expect((await storage.records.read('a', DR_LEE)).speakers).toEqual([{ speaker: 1, name: 'Ms. Okafor' }]);
    await storage.database.db.deleteFrom('speaker_changes').execute();
    await expect(storage.records.read('a', DR_LEE)).rejects.toMatchObject({ code: 'record_damaged' });
    const corrections: RecordedSpeakerCorrections = {
      reading: 'live',
      name: [{ speaker: 0, role: 'patient' }],
    };
    await expect(storage.records.correctSpeakers('a', corrections, DR_LEE)).rejects.toMatchObject({
      code: 'record_damaged',
    });
  });

  test('keep what a person says in the text of a second pass, too', async () => {
    const storage = await openTestStorage(settings());
    const writer = await begin(storage, 'a');
    const said = spoken('where does it hurt my knee', 0);
    const words = said.words.map((word) => ({ ...word, speaker: 0 }));
    await writer.commit({ ...said, sequence: 0, words, speaker: 0 });
    await writer.close('1000');
    const assign = [{ sequence: 0, words: [4, 5] as [number, number], speaker: 1 }];
    const { speakers } = await storage.records.correctSpeakers('a', { reading: 'live', assign }, DR_LEE);
    expect(speakers).toEqual([{ speaker: 0 }, { speaker: 1 }]);
    await writer.refine({ id: 'p', model: 'm', start: 0, end: 1, finals: [{ ...said, words, speaker: 0 }] });
    const { refined } = await storage.records.read('a', DR_LEE);
    const [final] = refined[0]?.segments ?? [];
    expect(final?.versions[0].words.map(({ speaker }) => speaker)).toEqual([0, 0, 0, 0, 1, 1]);
    await storage.records.correctSpeakers(
      'a',
      { reading: 'refined', assign: [{ sequence: 0, words: [0, 0], speaker: 2 }] },
      DR_LEE,
    );
    const { segments } = await storage.records.read('a', DR_LEE);
    expect(segments[0]?.versions[0].words.map(({ speaker }) => speaker)).toEqual([2, 0, 0, 0, 1, 1]);
  });
});

/** Takes the sessions of the storage as those of a server, as at its start. */
async function lease(storage: Storage): Promise<void> {
  const { release } = await leaseSessions(storage, SILENT);
  onTestFinished(release);
}

async function waitingStates({ database: { db } }: Storage) {
  const rows = await db.selectFrom('speaker_states').select(['session_id', 'kept_until']).execute();
  return rows.map(({ session_id, kept_until }) => ({ session_id, isWaiting: kept_until !== null }));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
