import { expect, test } from 'vitest';
import { createCommitQueue } from '../../src/db/commit-queue.js';
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
      { milliseconds: 1 },
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
    const late = queue.submit(() => gate, { milliseconds: 1 });
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
});

async function insert(
  transaction: Parameters<Parameters<ReturnType<typeof createCommitQueue>['submit']>[0]>[0],
  id: string,
): Promise<void> {
  await transaction.insertInto('destroyed_keys').values({ session_id: id, destroyed_at: 'now' }).execute();
}
