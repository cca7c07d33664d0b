import { expect, test } from 'vitest';
import { reheard, unconsidered, type Reconsidered } from '../../src/decoding/reconsider-terms.js';
import type { Hypothesis } from '../../src/decoding/search.js';

test('of a text of which a part is heard again, what is known of the rest stays with its words', () => {
  const former: Reconsidered = {
    ...unconsidered(said(1, 2, 3, 4, 5, 6), [1, 2, 3, 4, 5, 6, 0].map(outputOf)),
    replaced: [0, 2, 4].map((firstToken) => ({ firstToken, tokens: 1, logProbability: -0.1 * firstToken })),
    alternatives: [1, 3, 5].map((firstToken) => ({ firstToken, tokens: 1, text: `${firstToken}`, odds: -1 })),
    weighed: new Set(['one|other']),
  };
  const again = reheard({ former, from: 2 }, said(1, 2, 30, 31, 32, 5, 6), 2);
  expect(again.hypothesis.tokens).toEqual([1, 2, 30, 31, 32, 5, 6]);
  expect(again.replaced).toEqual([
    { firstToken: 0, tokens: 1, logProbability: -0 },
    { firstToken: 5, tokens: 1, logProbability: -0.4 },
  ]);
  expect(again.alternatives.map(({ firstToken, text }) => [firstToken, text])).toEqual([
    [1, '1'],
    [6, '5'],
  ]);
  expect(again.outputs.map((output) => output?.frame)).toEqual([
    ...[1, 2],
    ...[undefined, undefined, undefined],
    ...[5, 6, 0],
  ]);
  expect(again.weighed).toBe(former.weighed);
});

function said(...tokens: readonly number[]): Hypothesis {
  const logProbabilities = tokens.map(() => -0.5);
  return { tokens, logProbabilities, frames: tokens, endLogProbability: -0.1, stopped: 'end' };
}

function outputOf(frame: number) {
  return { frame, logits: new Float32Array(0) };
}
