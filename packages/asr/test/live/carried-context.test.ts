import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCarriedContext, type ContextWindow } from '../../src/live/carried-context.js';

const SECOND = 16_000;
const LIMIT = 20 * SECOND;
/** No model hears more at once. */
const LONGEST_WINDOW = 30 * SECOND;

describe('carried context', () => {
  test('lets the window grow by each utterance, with the tokens of those before as prefix', () => {
    const context = createCarriedContext();
    const first = context.windowFor(SECOND, 4 * SECOND, LIMIT);
    expect(first).toMatchObject({ start: SECOND, prefix: [] });
    context.settle(SECOND, [10, 11]);
    const second = context.windowFor(5 * SECOND, 8 * SECOND, LIMIT);
    expect(second).toEqual({ id: first.id, start: SECOND, prefix: [10, 11] });
    context.settle(5 * SECOND, [12]);
    expect(context.windowFor(9 * SECOND, 10 * SECOND, LIMIT)).toEqual({ ...first, prefix: [10, 11, 12] });
  });

  test('begins anew with the latest utterances where the window would pass its limit', () => {
    const context = createCarriedContext();
    const ids = new Set<number>();
    for (let start = 0; start < 20; start += 4) {
      ids.add(context.windowFor(start * SECOND, (start + 3) * SECOND, LIMIT).id);
      context.settle(start * SECOND, [start]);
    }
    expect(ids.size).toBe(1);
    const anew = context.windowFor(21 * SECOND, 24 * SECOND, LIMIT);
    expect(ids).not.toContain(anew.id);
    expect(anew).toMatchObject({ start: 8 * SECOND, prefix: [8, 12, 16] });
  });

  test('gives a window of its own with all the context there is, wherever the growing one began', () => {
    const context = createCarriedContext();
    for (let start = 0; start < 24; start += 4) {
      context.windowFor(start * SECOND, (start + 3) * SECOND, LIMIT);
      context.settle(start * SECOND, [start]);
    }
    expect(context.windowFor(25 * SECOND, 28 * SECOND, LIMIT)).toMatchObject({ start: 12 * SECOND });
    expect(context.wholeWindowFor(25 * SECOND, 28 * SECOND, LIMIT)).toEqual({
      start: 8 * SECOND,
      prefix: [8, 12, 16, 20],
    });
    expect(context.wholeWindowFor(25 * SECOND, 28 * SECOND, 0)).toEqual({ start: 25 * SECOND, prefix: [] });
    expect(context.start).toBeLessThanOrEqual(8 * SECOND);
  });

  test('carries nothing with a limit of 0', () => {
    const context = createCarriedContext();
    context.windowFor(0, SECOND, 0);
    context.settle(0, [1, 2, 3]);
    expect(context.windowFor(2 * SECOND, 3 * SECOND, 0)).toMatchObject({ start: 2 * SECOND, prefix: [] });
  });

  test('forgets all when it is reset', () => {
    const context = createCarriedContext();
    const before = context.windowFor(0, SECOND, LIMIT);
    context.settle(0, [1, 2, 3]);
    context.reset();
    expect(context.start).toBeUndefined();
    const after = context.windowFor(2 * SECOND, 3 * SECOND, LIMIT);
    expect(after).toMatchObject({ start: 2 * SECOND, prefix: [] });
    expect(after.id).not.toBe(before.id);
  });

  test('gives the same window to the growing beginnings of one utterance', () => {
    const context = createCarriedContext();
    context.windowFor(0, 4 * SECOND, LIMIT);
    context.settle(0, [1]);
    const windows = [5, 6, 7, 8, 9].map((end) => context.windowFor(4.5 * SECOND, end * SECOND, LIMIT));
    expect(new Set(windows.map(({ id }) => id)).size).toBe(1);
  });
});

test('whatever is spoken and however the limit changes, windows stay within bounds and hold their prefix', () => {
  const utterance = fc.record({
    gap: fc.integer({ min: 0, max: 4 * SECOND }),
    length: fc.oneof(
      fc.integer({ min: 100, max: 5 * SECOND }),
      fc.integer({ min: 5 * SECOND, max: 25 * SECOND }),
    ),
    limit: fc.constantFrom(0, LIMIT / 2, LIMIT, LIMIT, LIMIT),
    outcome: fc.constantFrom('settled', 'settled', 'settled', 'invented', 'dropped'),
  });
  fc.assert(
    fc.property(fc.array(utterance, { maxLength: 30, size: 'max' }), (utterances) => {
      const context = createCarriedContext();
      const windows = new Map<number, ContextWindow>();
      let settled: { readonly start: number; readonly token: number }[] = [];
      let at = 0;
      for (const [token, { gap, length, limit, outcome }] of utterances.entries()) {
        const [start, end] = [at + gap, at + gap + length];
        const needed = context.start ?? 0;
        for (const heard of [start + length / 2, end]) {
          const window = context.windowFor(start, heard, limit);
          expect(window.start).toBeGreaterThanOrEqual(needed);
          expect(window.start).toBeLessThanOrEqual(start);
          expect(start - window.start).toBeLessThanOrEqual(limit);
          expect(heard - window.start).toBeLessThanOrEqual(LONGEST_WINDOW);
          const inside = settled.filter((earlier) => earlier.start >= window.start);
          expect(window.prefix).toEqual(inside.map((earlier) => earlier.token));
          expect(windows.get(window.id)?.start ?? window.start).toBe(window.start);
          windows.set(window.id, window);
        }
        if (outcome === 'settled') {
          context.settle(start, [token]);
          settled.push({ start, token });
        } else if (outcome === 'invented') {
          context.reset();
          settled = [];
        }
        at = end;
      }
    }),
    { numRuns: 150 },
  );
});
