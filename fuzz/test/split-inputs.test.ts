import { expect, test } from 'vitest';
import { splitInputs } from '../src/split-inputs.js';

test('inputs are split by shares, with at least one for each target', () => {
  expect(splitInputs(1000, [1, 1, 0.5])).toEqual([400, 400, 200]);
  expect(splitInputs(2, [1, 1, 0.001])).toEqual([1, 1, 1]);
});
