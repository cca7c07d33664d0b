import { describe, expect, test } from 'vitest';
import { casedAfter } from '../../src/live/sentence-casing.js';

describe('the first letter behind a cut', () => {
  test.each([
    ['Could you', 'Remind me.', 'Remind me.', 'is left where the word may be a name'],
    ['Could you', 'The other arm.', 'the other arm.', 'is small within a sentence'],
    ['He took aspirin,', 'And then', 'and then', 'is small behind a comma'],
    ['He saw', "I'm sure", "I'm sure", 'stays in I'],
    ['She saw', 'Will Jones', 'Will Jones', 'stays in what may be a name'],
    ['given in', 'US hospitals', 'US hospitals', 'stays in what is all capitals'],
    ['It hurts.', 'or not?', 'Or not?', 'is a capital behind the end of a sentence'],
    ['It hurts?', 'pH is low', 'pH is low', 'stays in what is always written so'],
    ['Um...', 'about', 'about', 'is left behind dots'],
    ['Um...', 'About', 'About', 'is left behind dots'],
    ['no fever new paragraph', 'The heart', 'The heart', 'stays behind what may be dictated'],
    [undefined, 'or not', 'or not', 'is left at the beginning'],
  ])('%s | %s → %s, as it %s', (before, heard, written, _rule) => {
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
