import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createWaitingFrames, type WaitingFrame } from '../../src/vad/waiting-frames.js';

interface Frame extends WaitingFrame {
  readonly number: number;
}

test('shares take turns, frame by frame', () => {
  const waiting = framesOf(['crowd', 'crowd', 'crowd', 'one', 'other']);
  expect(waiting.take(4).map(({ share }) => share)).toEqual(['crowd', 'one', 'other', 'crowd']);
  waiting.add({ share: 'one', behind: false, number: 5 });
  expect(waiting.take(4).map(({ share }) => share)).toEqual(['crowd', 'one']);
});

test('each frame is taken once, in the order of its share, and as many as asked for where there are enough', () => {
  const frame = fc.record({ share: fc.constantFrom('a', 'b', 'c'), behind: fc.boolean() });
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.array(frame), fc.integer({ min: 1, max: 6 }))), (rounds) => {
      const waiting = createWaitingFrames<Frame>();
      let left: Frame[] = [];
      let number = 0;
      for (const [coming, most] of rounds) {
        for (const { share, behind } of coming) {
          const next = { share, behind, number: number++ };
          waiting.add(next);
          left.push(next);
        }
        const taken = waiting.take(most);
        expect(taken).toHaveLength(Math.min(most, left.length));
        for (const share of ['a', 'b', 'c']) {
          const own = taken.filter((one) => one.share === share);
          expect(own).toEqual(left.filter((one) => one.share === share).slice(0, own.length));
        }
        left = left.filter((one) => !taken.includes(one));
        expect(waiting.count).toBe(left.length);
        expect(waiting.countBehind).toBe(left.filter(({ behind }) => behind).length);
      }
    }),
  );
});

function framesOf(shares: readonly string[]) {
  const waiting = createWaitingFrames<Frame>();
  for (const [number, share] of shares.entries()) waiting.add({ share, behind: false, number });
  return waiting;
}
