import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mayTakePlace, type PlaceHolder } from '../../src/access/shared-places.js';

/** How many places each of `who` gets if they take places in turn for as long as they may. */
function fill(who: readonly PlaceHolder[], places: number): readonly number[] {
  const holders: PlaceHolder[] = [];
  let before = -1;
  while (holders.length > before) {
    before = holders.length;
    for (const one of who) if (mayTakePlace(one, holders, places)) holders.push(one);
  }
  return who.map((one) => holders.filter((holder) => holder === one).length);
}

const inDefault = (owner: string): PlaceHolder => ({ tenant: 'default', owner });

test('one user takes at most two thirds of the places', () => {
  expect(fill([inDefault('key:a')], 100)).toEqual([67]);
  expect(fill([inDefault('key:a')], 20)).toEqual([14]);
  expect(fill([inDefault('key:a')], 2)).toEqual([2]);
  expect(fill([inDefault('key:a')], 1)).toEqual([1]);
  expect(fill([inDefault('local')], 100)).toEqual([100]);
});

test('a tenant takes at most four fifths of the places, however many members it has', () => {
  const members = Array.from({ length: 100 }, (_, member) => ({ tenant: 'clinic', owner: `key:${member}` }));
  expect(fill(members, 100).reduce((sum, own) => sum + own)).toBe(80);
  expect(fill([...members.map(({ owner }) => inDefault(owner))], 100)).toEqual(Array(100).fill(1));
});

test('a newcomer always gets a place unless all are taken', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 4 }), (places, greedy) => {
      const crowd = Array.from({ length: greedy }, (_, index) => inDefault(`key:${index}`));
      const holders: PlaceHolder[] = [];
      for (const one of crowd) while (mayTakePlace(one, holders, places)) holders.push(one);
      expect(holders.length).toBeLessThanOrEqual(places);
      expect(mayTakePlace(inDefault('key:new'), holders, places)).toBe(holders.length < places);
      // Each takes two thirds of the places that are still free.
      if (places >= 3 ** (greedy + 1)) expect(holders.length).toBeLessThan(places);
    }),
  );
});
