import { expect, test } from 'vitest';
import { createCommitQueue, OutcomeUnknownError } from '../../src/db/commit-queue.js';
import type { Database } from '../../src/db/database.js';
import { describeDatabases } from '../support/databases.js';

describeDatabases('a write that took too long', ({ open }) => {
  test('is not written later, and does not hold up others', async () => {
    const database = await open();
    const queue = createCommitQueue(database, { onFailing: () => undefined, onRecovered: () => undefined });
    let goOn = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const write = (id: string) => queue.submit((transaction) => insert(transaction, id));
    const late = queue.submit(
      async (transaction) => {
        await insert(transaction, 'late');
        await gate;
      },
      { milliseconds: 1, inDoubtMilliseconds: 1 },
    );
    const other = write('other');
    await expect(late).rejects.toMatchObject({ code: 'records_unavailable' });
    goOn();
    await other;
    await write('next');
    const rows = await database.db.selectFrom('destroyed_keys').select('session_id').execute();
    expect(rows.map(({ session_id }) => session_id).sort()).toEqual(['next', 'other']);
    await queue.close();
  });

  test('lets fewer share a transaction from then on, so that the others are in time', async () => {
    const database = await open();
    let commits = 0;
    const queue = createCommitQueue(database, {
      ...{ onFailing: () => undefined, onRecovered: () => undefined },
      onCommitted: () => (commits += 1),
    });
    let goOn = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const late = queue.submit(() => gate, { milliseconds: 1, inDoubtMilliseconds: 60_000 });
    const others = ['1', '2', '3', '4', '5', '6', '7', '8', '9'].map((id) =>
      queue.submit((transaction) => insert(transaction, id)),
    );
    await expect(late).rejects.toMatchObject({ code: 'records_unavailable' });
    goOn();
    await Promise.all(others);
    // Five of the ten that were too many, then the rest.
    expect(commits).toBe(2);
    await queue.close();
  });

  test('is given up as one that may be written, if its answer was lost and the database stays away', async () => {
    const database = await open();
    const { lossy, comeBack } = losingOneAnswer(database);
    const queue = createCommitQueue(lossy, { onFailing: () => undefined, onRecovered: () => undefined });
    const late = queue.submit((transaction) => insert(transaction, 'late'), {
      // Long enough to be on its way by then.
      milliseconds: 3000,
      inDoubtMilliseconds: 1,
    });
    await expect(late).rejects.toThrow(OutcomeUnknownError);
    await expect(late).rejects.toMatchObject({ code: 'records_unavailable' });
    comeBack();
    // It is not written once more, which would fail and hold up the others.
    await queue.submit((transaction) => insert(transaction, 'next'));
    const rows = await database.db.selectFrom('destroyed_keys').select('session_id').execute();
    expect(rows.map(({ session_id }) => session_id).sort()).toEqual(['late', 'next']);
    await queue.close();
  });
});

/** A database that commits once more, but cannot answer, nor be reached until it comes back. */
function losingOneAnswer(database: Database): { readonly lossy: Database; readonly comeBack: () => void } {
  let isAway = false;
  const lossy: Database = {
    ...database,
    transaction: async (work) => {
      if (isAway) throw Object.assign(new Error('away'), { code: 'ECONNREFUSED' });
      const result = await database.transaction(work);
      if (hasLost) return result;
      [isAway, hasLost] = [true, true];
      throw Object.assign(new Error('the answer is lost'), { code: 'ECONNRESET' });
    },
  };
  let hasLost = false;
  return {
    lossy,
    comeBack: () => {
      isAway = false;
    },
  };
}

async function insert(
  transaction: Parameters<Parameters<ReturnType<typeof createCommitQueue>['submit']>[0]>[0],
  id: string,
): Promise<void> {
  await transaction.insertInto('destroyed_keys').values({ session_id: id, destroyed_at: 'now' }).execute();
}
