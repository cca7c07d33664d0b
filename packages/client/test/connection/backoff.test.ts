import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createBackoff } from '../../src/connection/backoff.js';

describe('the wait before the next try', () => {
  test('is random below a bound that doubles from a quarter of a second to ten seconds', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (share) => {
        const backoff = createBackoff(
          () => 0,
          () => share,
        );
        const bounds = [250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000];
        for (const bound of bounds) expect(backoff.next()).toBeCloseTo(share * bound, 6);
        expect(backoff.attempt()).toBe(bounds.length);
      }),
    );
  });

  test('is reset only by a connection that held', () => {
    let now = 0;
    const backoff = createBackoff(
      () => now,
      () => 0.5,
    );
    const lasting = (ms: number): number => {
      backoff.connected();
      now += ms;
      backoff.disconnected();
      return backoff.next();
    };
    expect([lasting(0), lasting(9999), lasting(500)]).toEqual([125, 250, 500]);
    expect(lasting(10_000)).toBe(125);
  });
});
