import { expect, test } from 'vitest';
import { createSharedTermLists } from '../../src/recognizer/shared-terms.js';

test('streams with the same terms share one list until the last of them releases it', () => {
  const unused: string[] = [];
  const lists = createSharedTermLists((name) => unused.push(name));
  const first = lists.take([{ text: 'metoprolol' }]);
  const second = lists.take([{ text: 'metoprolol' }]);
  const other = lists.take([{ text: 'metoprolol', weight: 2 }]);
  if (!first || !second || !other) throw new Error('there is no list');
  expect(second).toBe(first);
  expect(other.name).not.toBe(first.name);
  lists.release(first);
  expect(unused).toEqual([]);
  lists.release(second);
  expect(unused).toEqual([first.name]);
  lists.release(second);
  expect(unused).toEqual([first.name]);
});

test('streams without terms have no list', () => {
  expect(createSharedTermLists(() => undefined).take([])).toBeUndefined();
});
