import { expect, test } from 'vitest';
import { createTokenRules } from '../../../src/families/whisper/token-rules.js';

/** Text, the end, four special tokens, and timestamps. */
const END = 20;
const TOKENS = 36;
const rules = createTokenRules({ endOfText: END, suppressed: [5, 6, 400], suppressedAtBegin: [7, END] });

test('all text and the end may come, but at first neither the end nor a space', () => {
  const text = range(0, END).filter((token) => token !== 5 && token !== 6);
  expect(allowed([])).toEqual(text.filter((token) => token !== 7));
  expect(allowed([3])).toEqual([...text, END]);
});

test('only the row that is asked for changes', () => {
  const rows = new Float32Array(3 * TOKENS);
  rules.restrict(rows, TOKENS, TOKENS, [1]);
  expect(rows.subarray(0, TOKENS)).toEqual(new Float32Array(TOKENS));
  expect(rows.subarray(TOKENS, 2 * TOKENS)).toContain(-Infinity);
  expect(rows.subarray(2 * TOKENS)).toEqual(new Float32Array(TOKENS));
});

/** The tokens that may follow. */
function allowed(generated: readonly number[]): number[] {
  const logits = new Float32Array(TOKENS);
  rules.restrict(logits, 0, TOKENS, generated);
  return range(0, TOKENS).filter((token) => logits[token] !== -Infinity);
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}
