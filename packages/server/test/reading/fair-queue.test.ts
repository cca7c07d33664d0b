import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createFairQueue } from '../../src/reading/fair-queue.js';

test('an owner with much work does not delay others', () => {
  const queue = createFairQueue<string>();
  for (let n = 0; n < 20; n++) queue.add('many', 100, `many ${n}`);
  queue.take();
  queue.add('one', 100, 'one 0');
  queue.add('few', 10, 'few 0');
  queue.add('few', 10, 'few 1');
  expect([queue.take(), queue.take(), queue.take()].toSorted()).toEqual(['few 0', 'few 1', 'one 0']);
  expect(queue.take()).toBe('many 1');
});

test('all work is done, in the order of each owner', () => {
  const orders = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.nat({ max: 50 }), fc.boolean()));
  fc.assert(
    fc.property(orders, (added) => {
      const queue = createFairQueue<readonly [string, number]>();
      const done: (readonly [string, number])[] = [];
      const take = () => {
        const work = queue.take();
        if (work) done.push(work);
        return work !== undefined;
      };
      for (const [number, [owner, cost, takes]] of added.entries()) {
        queue.add(owner, cost, [owner, number]);
        if (takes) take();
      }
      while (take());
      expect(done).toHaveLength(added.length);
      for (const owner of ['a', 'b', 'c']) {
        const numbers = done.filter(([whose]) => whose === owner).map(([, number]) => number);
        expect(numbers).toEqual(numbers.toSorted((one, other) => one - other));
      }
    }),
  );
});
