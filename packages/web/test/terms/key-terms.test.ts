import { expect, test } from 'vitest';
import { withTerms } from '../../src/page/terms/key-terms.js';

test('pasted terms are separated, tidied, and added once', () => {
  expect(withTerms(['apixaban'], ' metoprolol,\natrial   fibrillation; apixaban,, ')).toEqual({
    terms: ['apixaban', 'metoprolol', 'atrial fibrillation'],
  });
});

test.each([
  ['x'.repeat(101), 'at most 100 letters'],
  [Array.from({ length: 5001 }, (_, index) => `term ${String(index)}`).join(','), 'at most 5,000 terms'],
])('terms that the server would refuse are refused with a remedy', (text, sentence) => {
  expect(withTerms([], text)).toEqual({ refusal: expect.stringContaining(sentence) as string });
});
