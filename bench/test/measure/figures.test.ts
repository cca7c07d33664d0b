import { describe, expect, it } from 'vitest';
import { findHighest } from '../../src/benchmarks/find-streams.js';
import { distribution } from '../../src/measure/distribution.js';
import { slope } from '../../src/measure/slope.js';

describe('distribution', () => {
  it('takes quantiles as the nearest rank', () => {
    const values = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(distribution(values)).toEqual({ count: 100, mean: 50.5, p50: 50, p95: 95, p99: 99, max: 100 });
    expect(distribution([7])).toMatchObject({ p50: 7, p95: 7, max: 7 });
    expect(distribution([])).toBeUndefined();
  });
});

describe('slope', () => {
  it('fits a straight line', () => {
    expect(slope([0, 1, 2, 3].map((x) => ({ x, y: 5 + 3 * x })))).toBeCloseTo(3);
    expect(
      slope([
        { x: 0, y: 1 },
        { x: 1, y: 0 },
        { x: 2, y: 1 },
      ]),
    ).toBeCloseTo(0);
    expect(slope([{ x: 1, y: 1 }])).toBeUndefined();
  });
});

describe('findHighest', () => {
  it.each([0, 1, 7, 8, 9, 23, 63, 64])('finds %i', async (highest) => {
    const tried: number[] = [];
    const found = await findHighest(8, 64, (count) => {
      tried.push(count);
      return Promise.resolve(count <= highest);
    });
    expect(found).toBe(highest);
    expect(new Set(tried).size).toBe(tried.length);
    expect(Math.max(...tried)).toBeLessThanOrEqual(64);
  });
});
