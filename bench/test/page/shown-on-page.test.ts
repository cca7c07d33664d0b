import { expect, it } from 'vitest';
import { shownOnPage } from '../../src/page/shown-on-page.js';

it('takes the first partial of the same final with as many words, or else the final', () => {
  const finals = [[{ end: 1 }, { end: 2 }, { end: 3 }], [{ end: 5 }]];
  const { inPartial, anywhere } = shownOnPage(finals, {
    heardFrom: 10_000,
    partials: [
      { at: 11_500, finals: 0, text: 'No' },
      { at: 12_250, finals: 0, text: 'No chest' },
      { at: 12_500, finals: 0, text: 'Now chest' },
    ],
    finalsAt: [14_000, 16_000],
    longTasks: [],
  });
  expect(inPartial).toEqual([0.5, 0.25]);
  expect(anywhere).toEqual([0.5, 0.25, 1, 1]);
});
