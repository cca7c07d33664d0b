import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createPlaces, type Reservation } from '../../src/transcriptions/places.js';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const greedy = { tenant: 'default', owner: 'key:greedy' };
const doctor = { tenant: 'default', owner: 'key:doctor' };

test('a user with many uploads leaves places to others', () => {
  const { reserve } = placesFor(6);
  const own = Array.from({ length: 6 }, () => reserve(greedy)).filter((place) => place !== undefined);
  expect(own).toHaveLength(4);
  expect(reserve(doctor)).toBeDefined();
  own[0]?.leave();
  expect(reserve(doctor)).toBeDefined();
  expect(reserve(greedy)).toBeUndefined();
});

test('a slow upload loses its place to a user with fewer, and a fast one does not', () => {
  const { reserve } = placesFor(4);
  const others = ['a', 'b'].map((name) => reserve({ tenant: 'default', owner: `key:${name}` }));
  const [slow, fast] = [reserve(greedy), reserve(greedy)] as [Reservation, Reservation];
  expect([...others, slow, fast]).not.toContain(undefined);
  vi.advanceTimersByTime(9_000);
  expect(reserve(doctor)).toBeUndefined();
  vi.advanceTimersByTime(2_000);
  slow.received(300_000);
  fast.received(3_000_000);
  const place = reserve(doctor);
  expect(place).toBeDefined();
  expect([slow, fast, ...others].map((one) => one?.taken.aborted)).toEqual([true, false, false, false]);
  // A slow uploader keeps its place if the newcomer already holds as many places.
  expect(reserve(doctor)).toBeUndefined();
  slow.leave();
  place?.leave();
  expect(reserve(doctor)).toBeDefined();
});

function placesFor(most: number) {
  return createPlaces(most, () => []);
}
