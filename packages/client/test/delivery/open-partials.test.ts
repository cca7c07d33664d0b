import { expect, test } from 'vitest';
import { createOpenPartials } from '../../src/delivery/open-partials.js';
import type { Segment } from '../../src/transcript.js';

test('a partial is withdrawn by an empty one unless its final has come', () => {
  const shown: Segment[] = [];
  const partials = createOpenPartials((partial) => shown.push(partial));
  const [first, other, next] = [partial(0, 2), partial(1, 3), partial(0, 4)];
  partials.show(first);
  partials.show(other);
  partials.close({ ...first, text: 'so it is' });
  partials.takeBackUntil(2.5);
  expect(shown).toEqual([first, other]);

  partials.show(next);
  partials.takeBackUntil(3);
  expect(shown.slice(2)).toEqual([next, { ...other, text: '', unsettled: '' }]);
  partials.takeBack(0);
  partials.takeBack(0);
  partials.takeBackUntil(9);
  expect(shown.slice(4)).toEqual([{ ...next, text: '', unsettled: '' }]);
});

function partial(channel: number, end: number): Segment {
  return { text: 'so it', start: end - 1, end, confidence: 0.9, channel, sequence: 0 };
}
