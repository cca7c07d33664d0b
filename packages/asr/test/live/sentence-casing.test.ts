import { describe, expect, test } from 'vitest';
import { casedAfter } from '../../src/live/sentence-casing.js';

describe('the first letter behind a cut', () => {
  test.each([
    ['Could you', 'Remind me.', 'Remind me.'],
    ['Could you', 'The other arm.', 'the other arm.'],
    ['He took aspirin,', 'And then', 'and then'],
    ['He saw', "I'm sure", "I'm sure"],
    ['She saw', 'Will Jones', 'Will Jones'],
    ['given in', 'US hospitals', 'US hospitals'],
    ['It hurts.', 'or not?', 'Or not?'],
    ['It hurts?', 'pH is low', 'pH is low'],
    ['Um...', 'about', 'about'],
    ['Um...', 'About', 'About'],
    ['no fever new paragraph', 'The heart', 'The heart'],
    [undefined, 'or not', 'or not'],
  ])('%s | %s → %s', (before, heard, written) => {
    const words = heard.split(' ').map((text, index) => ({
      text,
      spaceBefore: true,
      confidence: 1,
      firstToken: index,
      tokens: 1,
    }));
    expect(
      casedAfter(before, words)
        .map(({ text }) => text)
        .join(' '),
    ).toBe(written);
  });

  test('of nothing is nothing', () => {
    expect(casedAfter('It hurts.', [])).toEqual([]);
  });
});
