import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createTurns } from '../../src/live/turns.js';

test('a client with time left is served at once, and one without in a later turn, in order', async () => {
  let now = 0;
  const done: string[] = [];
  const turns = createTurns(() => now);
  const work = (name: string) => () => {
    now += 3;
    done.push(name);
  };
  expect(turns.take('a', work('a1'))).toBeUndefined();
  expect(turns.take('a', work('a2'))).toBeUndefined();
  const later = [turns.take('a', work('a3')), turns.take('a', work('a4')), turns.take('a', work('a5'))];
  expect(turns.take('b', work('b1'))).toBeUndefined();
  expect(done).toEqual(['a1', 'a2', 'b1']);
  for (const one of later) await one;
  expect(done).toEqual(['a1', 'a2', 'b1', 'a3', 'a4', 'a5']);
});

test('a failure goes to its own caller, and work that takes long is waited for', async () => {
  let now = 0;
  const turns = createTurns(() => now);
  const fail = () => {
    now += 10;
    throw new Error('broken');
  };
  expect(() => turns.take('a', fail)).toThrow('broken');
  await expect(turns.take('a', fail)).rejects.toThrow('broken');
  let isDone = false;
  void turns.take('a', () => void (now += 10));
  await turns.take('a', () => Promise.resolve().then(() => void (isDone = true)));
  expect(isDone).toBe(true);
});

test('all work is done, in the order of each client', async () => {
  const message = fc.record({ name: fc.constantFrom('a', 'b', 'c'), cost: fc.integer({ min: 0, max: 20 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(message, { maxLength: 60, size: 'max' }), async (messages) => {
      let now = 0;
      const turns = createTurns(() => now);
      const done: { readonly name: string; readonly index: number }[] = [];
      const taken = messages.map(({ name, cost }, index) =>
        turns.take(name, () => {
          now += cost;
          done.push({ name, index });
        }),
      );
      for (const one of taken) await one;
      expect(done).toHaveLength(messages.length);
      for (const name of ['a', 'b', 'c']) {
        const own = done.filter((one) => one.name === name).map(({ index }) => index);
        expect(own).toEqual(own.toSorted((one, other) => one - other));
      }
    }),
    { numRuns: 50 },
  );
});
