import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { casedAfter } from '../../src/live/sentence-casing.js';
import { heardStatements } from '../../src/text/kept-meaning/statements.js';

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

test('a first letter changes no number and no negation, and no other letter', () => {
  const befores = [undefined, 'It hurts.', 'It hurts', 'given,', 'Um...', 'full stop', 'minus', 'five point'];
  const firsts = [
    'No',
    'no',
    'NOT',
    "Don't",
    'Five',
    'five',
    '5',
    '-5',
    '½',
    'Point',
    'Twenty-five',
    '5mg',
    'ph',
    'May',
  ];
  fc.assert(
    fc.property(
      fc.constantFrom(...befores),
      fc.array(fc.constantFrom(...firsts), { minLength: 1, maxLength: 4 }),
      (before, heard) => {
        const words = heard.map((text, index) => ({
          ...{ text, spaceBefore: true, confidence: 1 },
          ...{ firstToken: index, tokens: 1 },
        }));
        const written = casedAfter(before, words).map(({ text }) => text);
        expect(written.slice(1)).toEqual(heard.slice(1));
        expect(written[0]?.toLowerCase()).toBe(heard[0]?.toLowerCase());
        expect(heardStatements(written)).toEqual(heardStatements(heard));
      },
    ),
    { numRuns: 1000 },
  );
});
