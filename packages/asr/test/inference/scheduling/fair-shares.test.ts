import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Share } from '../../../src/inference/inference-pool.js';
import { createFairShares } from '../../../src/inference/scheduling/fair-shares.js';

const LONGEST = 10;
const cost = fc.integer({ min: 1, max: LONGEST });
const costs = fc.array(cost, { minLength: 1, maxLength: 5 });

test('members that always have jobs waiting get equal amounts, to within the two longest jobs', () => {
  fc.assert(
    fc.property(fc.array(costs, { minLength: 2, maxLength: 6 }), (members) => {
      const used = serve(
        members.map((jobs, index) => ({ share: ['one', String(index)], jobs })),
        500,
      );
      const all = [...used.values()];
      expect(Math.max(...all) - Math.min(...all)).toBeLessThanOrEqual(2 * LONGEST);
    }),
    { numRuns: 50 },
  );
});

test('a tenant gets no more for having more members', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), costs, costs, (crowd, jobs, others) => {
      const many = Array.from({ length: crowd }, (_, index) => ({ share: ['many', String(index)], jobs }));
      const used = serve([...many, { share: ['few', 'only'], jobs: others }], 1000);
      const few = used.get('few only') ?? 0;
      const sum = [...used.values()].reduce((total, one) => total + one, 0);
      expect(Math.abs(sum - few - few)).toBeLessThanOrEqual(2 * LONGEST);
    }),
    { numRuns: 50 },
  );
});

test('a new member goes first, but has no credit for the time in which it wanted nothing', () => {
  const shares = createFairShares();
  const take = (name: string) => {
    shares.enter([name]);
    shares.begin([name], 1);
  };
  for (let job = 0; job < 100; job++) take('busy');
  shares.enter(['new']);
  shares.enter(['busy']);
  expect(shares.compare(['new'], ['busy'])).toBeLessThan(0);
  shares.leave(['new']);
  for (let job = 0; job < 3; job++) take('new');
  expect(shares.compare(['new'], ['busy'])).toBeGreaterThan(0);
});

test('a job that took longer than expected is charged for it', () => {
  const shares = createFairShares();
  for (const name of ['long', 'short']) {
    shares.enter([name]);
    shares.begin([name], 1);
  }
  for (const name of ['long', 'short']) shares.enter([name]);
  expect(shares.compare(['short'], ['long'])).toBe(0);
  shares.end(['long'], 5);
  expect(shares.compare(['short'], ['long'])).toBeLessThan(0);
});

test('use without competition is not charged', () => {
  const shares = createFairShares();
  shares.enter(['alone']);
  shares.begin(['alone'], 100);
  expect(shares.compare(['new'], ['alone'])).toBeLessThan(0);
  shares.end(['alone'], 0);
  expect(shares.compare(['new'], ['alone'])).toBe(0);
});

/** Serves jobs one after another while each member always has one waiting. Returns how much each got, by its path. */
function serve(
  members: readonly { readonly share: Share; readonly jobs: readonly number[] }[],
  times: number,
): Map<string, number> {
  const shares = createFairShares();
  const used = new Map(members.map(({ share }) => [share.join(' '), 0]));
  const served = new Map<Share, number>();
  for (const { share } of members) shares.enter(share);
  for (let turn = 0; turn < times; turn++) {
    const next = members.reduce((best, one) => (shares.compare(one.share, best.share) < 0 ? one : best));
    const count = served.get(next.share) ?? 0;
    served.set(next.share, count + 1);
    const size = next.jobs[count % next.jobs.length] ?? 1;
    shares.begin(next.share, 1);
    shares.enter(next.share);
    shares.end(next.share, size - 1);
    const name = next.share.join(' ');
    used.set(name, (used.get(name) ?? 0) + size);
  }
  return used;
}
