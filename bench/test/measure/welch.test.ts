import { expect, test } from 'vitest';
import { welch } from '../../src/measure/welch.js';

test('gives the distance of two means in standard errors', () => {
  // Variances 2.5 and 10, five values each: the error is √(0.5 + 2).
  expect(welch([1, 2, 3, 4, 5], [2, 4, 6, 8, 10])).toBeCloseTo(-3 / Math.sqrt(2.5), 10);
  expect(welch([1, 2, 3], [3, 2, 1])).toBe(0);
});
