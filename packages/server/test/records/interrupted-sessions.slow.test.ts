import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { verifyAudit } from '../../src/audit/verify.js';
import { leaseSessions, type SessionLease } from '../../src/records/session-lease.js';
import type { Storage } from '../../src/storage/open-storage.js';
import { createLog } from '../../src/telemetry/log.js';
import { describeDatabases } from '../support/databases.js';
import { begin, DR_LEE, openTestStorage, spoken } from '../support/storage.js';

const SILENT = createLog({ logLevel: 'silent', logFormat: 'json' });

describeDatabases('an open session', ({ settings }) => {
  test('is not ended by another server while its own renews its lease', async () => {
    const place = settings();
    const one = await startServer(place);
    await (await begin(one.storage, 'a')).commit(spoken('my knee', 0));
    await letTimePass(one.storage);
    await one.lease.renew();
    const other = await startServer(place);
    await other.lease.renew();
    expect((await one.storage.records.summary('a'))?.endedAt).toBeUndefined();
    await expect(other.storage.records.destroy(['a'], DR_LEE)).rejects.toMatchObject({ code: 'record_open' });
  });

  test('is ended and audited when its server no longer renews its lease, and can then be destroyed', async () => {
    const place = settings();
    const one = await startServer(place);
    await (await begin(one.storage, 'a')).commit(spoken('my knee', 0));
    await letTimePass(one.storage);
    const { storage } = await startServer(place);
    const record = await storage.records.read('a', DR_LEE);
    expect(record).toMatchObject({ finals: 1, endReason: 'interrupted' });
    expect(record.endedAt).toBe(record.segments[0]?.versions[0].writtenAt);
    expect(await auditedEnds(storage)).toEqual([
      expect.objectContaining({
        subject: 'server',
        what: 'a',
        reason: 'interrupted',
        counts: { finals: 1, revision: 3 },
      }),
    ]);
    expect((await verifyAudit(storage.database)).problems).toEqual([]);
    await storage.records.destroy(['a'], DR_LEE);
  });

  test('is ended when its server has released its lease', async () => {
    const place = settings();
    const one = await startServer(place);
    await begin(one.storage, 'a');
    await one.lease.release();
    const other = await startServer(place);
    expect(await other.storage.records.summary('a')).toMatchObject({ endReason: 'interrupted' });
  });

  test('is reopened by its next final if its server was only taken for dead', async () => {
    const place = settings();
    const one = await startServer(place);
    const writer = await begin(one.storage, 'a');
    await letTimePass(one.storage);
    const other = await startServer(place);
    expect(await other.storage.records.summary('a')).toMatchObject({ endReason: 'interrupted' });
    await writer.commit(spoken('my knee', 0));
    expect((await other.storage.records.summary('a'))?.endedAt).toBeUndefined();
    await writer.close('1000');
    expect(await other.storage.records.summary('a')).toMatchObject({ endReason: '1000', finals: 1 });
  });

  test('outlives an outage of the database in which no server could renew its lease', async () => {
    const place = settings();
    const [one, other] = [await startServer(place), await startServer(place)];
    await begin(one.storage, 'a');
    await letTimePass(one.storage);
    await other.lease.renew();
    await one.lease.renew();
    await other.lease.renew();
    expect((await other.storage.records.summary('a'))?.endedAt).toBeUndefined();
  });

  test('is not ended twice by two servers', async () => {
    const place = settings();
    const one = await startServer(place);
    await begin(one.storage, 'a');
    const others = [await startServer(place), await startServer(place)];
    await one.lease.release();
    await Promise.all(others.map(({ lease }) => lease.renew()));
    expect(await auditedEnds(one.storage)).toHaveLength(1);
  });
});

interface Server {
  readonly storage: Storage;
  readonly lease: SessionLease;
}

async function startServer(place: Parameters<typeof openTestStorage>[0]): Promise<Server> {
  const storage = await openTestStorage(place);
  return { storage, lease: await leaseSessions(storage, SILENT) };
}

/** As if no server had renewed its lease for a quarter of an hour. */
async function letTimePass({ database }: Storage): Promise<void> {
  await sql`update servers set seen_at = seen_at - 900`.execute(database.db);
}

async function auditedEnds({ database }: Storage): Promise<readonly unknown[]> {
  const rows = await database.db.selectFrom('audit_entries').select('entry').orderBy('sequence').execute();
  return rows
    .map(({ entry }) => JSON.parse(entry) as { action: string })
    .filter(({ action }) => action === 'session.end');
}
