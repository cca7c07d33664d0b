import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createTokenRules } from '../../../src/families/whisper/token-rules.js';

/** Text, the end, four special tokens, and timestamps. */
const END = 20;
const TIME = 25;
const TOKENS = 36;
const layout = {
  endOfText: END,
  timestampBegin: TIME,
  maxInitialTimestamp: 3,
  suppressed: [5, 6, 400],
  suppressedAtBegin: [7, END],
};
const withTimestamps = createTokenRules(layout, { timestamps: true });
const withoutTimestamps = createTokenRules(layout, { timestamps: false });

describe('without timestamps', () => {
  test('all text and the end may come, but at first neither the end nor a space', () => {
    const text = range(0, END).filter((token) => token !== 5 && token !== 6);
    expect(allowed(withoutTimestamps, [])).toEqual(text.filter((token) => token !== 7));
    expect(allowed(withoutTimestamps, [3])).toEqual([...text, END]);
  });
});

describe('with timestamps', () => {
  test('the first token is one, and soon', () => {
    expect(allowed(withTimestamps, [])).toEqual(range(TIME, TIME + 4));
  });

  test.each([
    ['after the one that opens a segment comes text', [TIME + 2], [1, 7, END], [TIME, TIME + 2, TIME + 9]],
    ['after text comes anything later', [TIME + 2, 1], [1, END, TIME + 3, TIME + 10], [TIME + 1, TIME + 2]],
    [
      'the one that closes a segment is followed by one as late or later, or the end',
      [TIME + 2, 1, TIME + 4],
      [END, TIME + 4, TIME + 9],
      [1, 19, TIME + 3],
    ],
    [
      'a pair is followed by text',
      [TIME + 2, 1, TIME + 4, TIME + 4],
      [1, END],
      [TIME + 3, TIME + 4, TIME + 5, TIME + 10],
    ],
    [
      'the second segment ends after it began',
      [TIME + 2, 1, TIME + 4, TIME + 5, 1],
      [1, END, TIME + 6],
      [TIME + 4, TIME + 5],
    ],
    ['the latest possible leaves text', [TIME, 1, TIME + 10, TIME + 10, 1], [1, END], [TIME + 9, TIME + 10]],
  ])('%s', (_what, generated, may, mayNot) => {
    // Text likelier than all timestamps together, so that these do not prevail.
    const tokens = allowed(withTimestamps, generated, (token) => (token < TIME ? 20 : 0));
    expect(tokens).toEqual(expect.arrayContaining(may));
    for (const token of mayNot) expect(tokens).not.toContain(token);
  });

  test('one is chosen where all together are likelier than the likeliest text', () => {
    const textAt = (logit: number) => (token: number) => (token === 3 ? logit : token >= TIME ? 0 : -9);
    // Eight timestamps remain: together they weigh ln 8 = 2.08.
    expect(allowed(withTimestamps, [TIME + 2, 1], textAt(2.07))).toEqual(range(TIME + 3, TOKENS));
    expect(allowed(withTimestamps, [TIME + 2, 1], textAt(2.09))).toContain(3);
  });

  test('whatever the decoder prefers, there is a choice, and the order of times holds', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.double({ min: -30, max: 30, noNaN: true })), (preferences) => {
        const generated: number[] = [];
        while (generated.length < 30 && generated.at(-1) !== END) {
          const logits = Float32Array.from({ length: TOKENS }, () => Number(preferences.next().value));
          withTimestamps.restrict(logits, 0, TOKENS, generated);
          const best = Math.max(...logits);
          expect(best).toBeGreaterThan(-Infinity);
          generated.push(logits.indexOf(best));
        }
        expectWellFormed(generated);
      }),
    );
  });
});

test('only the row that is asked for changes', () => {
  for (const rules of [withTimestamps, withoutTimestamps]) {
    const rows = new Float32Array(3 * TOKENS);
    rules.restrict(rows, TOKENS, TOKENS, [TIME, 1, TIME + 4]);
    expect(rows.subarray(0, TOKENS)).toEqual(new Float32Array(TOKENS));
    expect(rows.subarray(TOKENS, 2 * TOKENS)).toContain(-Infinity);
    expect(rows.subarray(2 * TOKENS)).toEqual(new Float32Array(TOKENS));
  }
});

/** The tokens that may follow. */
function allowed(
  rules: typeof withTimestamps,
  generated: readonly number[],
  logitOf: (token: number) => number = () => 0,
): number[] {
  const logits = Float32Array.from({ length: TOKENS }, (_, token) => logitOf(token));
  rules.restrict(logits, 0, TOKENS, generated);
  return range(0, TOKENS).filter((token) => logits[token] !== -Infinity);
}

/** Checks what `decode_with_timestamps` relies on: `<begin> text <end><begin> text <end>`. */
function expectWellFormed(generated: readonly number[]): void {
  const times = generated.filter((token) => token >= TIME);
  expect(times[0]).toBe(generated[0]);
  expect(times[0]).toBeLessThanOrEqual(TIME + layout.maxInitialTimestamp);
  expect(times).toEqual([...times].sort((a, b) => a - b));
  expect(generated.some((token) => token > END && token < TIME)).toBe(false);
  expect(generated).not.toContain(5);
  // Cut before the text, the tokens form runs of timestamps: one at the start, then pairs, maybe one at the end.
  const runs = generated.map((token) => (token >= TIME ? 't' : token === END ? '' : 'w')).join('');
  expect(runs).toMatch(/^t(w+tt)*(w+t{0,2})?$/);
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}
