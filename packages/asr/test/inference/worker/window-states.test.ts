import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EncoderState } from '../../../src/decoding/stream-encoder.js';
import { createWindowStates } from '../../../src/inference/worker/window-states.js';

describe('the encoder states of windows', () => {
  test('continue only audio that is as long as theirs or longer', () => {
    const states = createWindowStates();
    const kept = state(10);
    states.set('a', kept, 1_000);
    expect(states.get('a', 999)).toBeUndefined();
    expect(states.get('a', 1_000)).toBe(kept);
    expect(states.get('a', 5_000)).toBe(kept);
    expect(states.get('b', 5_000)).toBeUndefined();
  });

  test('are replaced by later ones and dropped on request', () => {
    const states = createWindowStates();
    const later = state(10);
    states.set('a', state(10), 1_000);
    states.set('a', later, 2_000);
    expect(states.get('a', 2_000)).toBe(later);
    states.delete('a');
    expect(states.get('a', 2_000)).toBeUndefined();
  });

  test('make room for new ones, oldest first', () => {
    const states = createWindowStates(100);
    for (const window of ['a', 'b', 'c']) states.set(window, state(30), 1);
    states.set('a', state(30), 1);
    states.set('d', state(30), 1);
    expect(['a', 'b', 'c', 'd'].filter((window) => states.get(window, 1))).toEqual(['a', 'c', 'd']);
  });

  test('stay within their memory limit, except for a single latest one', () => {
    const step = fc.record({
      window: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      bytes: fc.integer({ min: 1, max: 120 }),
      remove: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const states = createWindowStates(100);
        for (const { window, bytes, remove } of steps) {
          if (remove) {
            states.delete(window);
            expect(states.get(window, 1)).toBeUndefined();
            continue;
          }
          states.set(window, state(bytes), 1);
          expect(states.get(window, 1)?.bytes).toBe(bytes);
          const held = ['a', 'b', 'c', 'd', 'e'].flatMap((name) => states.get(name, 1)?.bytes ?? []);
          expect(held.length === 1 || held.reduce((sum, size) => sum + size, 0) <= 100).toBe(true);
        }
      }),
    );
  });
});

function state(bytes: number): EncoderState {
  return { frames: 1, tensors: new Map(), bytes };
}
