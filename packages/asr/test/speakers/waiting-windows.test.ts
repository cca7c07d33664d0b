import { describe, expect, test } from 'vitest';
import { createWaitingWindows } from '../../src/speakers/waiting-windows.js';

const windows = (count: number, ...path: readonly string[]) =>
  Array.from({ length: count }, (_, number) => ({ path, number, due: 0 }));

describe('windows that wait', () => {
  test('are taken in turn from all streams of all shares, each in its order', () => {
    const waiting = createWaitingWindows<ReturnType<typeof windows>[number]>(100);
    const flood = [...windows(10, 'ward', 'one'), ...windows(10, 'ward', 'two')];
    for (const window of [...flood, ...windows(4, 'clinic', 'three')]) waiting.add(window);
    const taken = waiting.take(8);
    const of = (stream: string) => taken.filter(({ path }) => path[1] === stream).map(({ number }) => number);
    expect(of('one')).toEqual([0, 1]);
    expect(of('two')).toEqual([0, 1]);
    expect(of('three')).toEqual([0, 1, 2, 3]);
    expect(waiting.count).toBe(16);
  });

  test('never become too many: whoever has the most of them loses the oldest', () => {
    const waiting = createWaitingWindows<ReturnType<typeof windows>[number]>(10);
    const quiet = windows(2, 'clinic', 'quiet');
    for (const window of [...quiet, ...windows(3, 'ward', 'one')]) waiting.add(window);
    const givenUp = windows(20, 'ward', 'two').map((window) => waiting.add(window));
    expect(givenUp.slice(0, 5)).toEqual(Array.from({ length: 5 }, () => undefined));
    expect(givenUp.slice(5).map((window) => window?.path[1])).toEqual(
      Array.from({ length: 15 }, () => 'two'),
    );
    expect(givenUp[5]?.number).toBe(0);
    expect(waiting.count).toBe(10);
    expect(waiting.take(10)).toEqual(expect.arrayContaining(quiet));
  });

  test('can be given up', () => {
    const waiting = createWaitingWindows<ReturnType<typeof windows>[number]>(10);
    const [first, second] = windows(2, 'ward', 'one');
    if (!first || !second) throw new Error('two windows were made');
    waiting.add(first);
    waiting.add(second);
    waiting.remove(first);
    expect(waiting.take(10)).toEqual([second]);
    waiting.done(second);
    expect(waiting.count).toBe(0);
  });
});
