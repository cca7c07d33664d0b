import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createStablePrefix } from '../../src/live/stable-prefix.js';

describe('the stable prefix', () => {
  test('shows a word once two hypotheses in a row have it', () => {
    const prefix = createStablePrefix();
    expect(prefix.update(['low'])).toEqual([]);
    expect(prefix.update(['low', 'bag'])).toEqual(['low']);
    expect(prefix.update(['low', 'back', 'pain'])).toEqual(['low']);
    expect(prefix.update(['low', 'back', 'pain', 'since'])).toEqual(['low', 'back', 'pain']);
  });

  test('ignores case and punctuation when it compares words, and shows the latest spelling', () => {
    const prefix = createStablePrefix();
    prefix.update(['Low', 'back.']);
    expect(prefix.update(['low', 'back', 'pain'])).toEqual(['low', 'back']);
  });

  test('takes back nothing when later hypotheses are shorter or differ', () => {
    const prefix = createStablePrefix();
    prefix.update(['it', 'hurts']);
    prefix.update(['it', 'hurts']);
    expect(prefix.update([])).toEqual(['it', 'hurts']);
    expect(prefix.update(['nothing', 'alike', 'here'])).toEqual(['it', 'hurts']);
  });

  test('keeps apart words that differ in letters of any script', () => {
    const prefix = createStablePrefix();
    prefix.update(['é']);
    expect(prefix.update(['e'])).toEqual([]);
  });

  test('only grows, by words that the last two hypotheses share', () => {
    const word = fc.constantFrom('a', 'b', 'B.', 'c');
    fc.assert(
      fc.property(fc.array(fc.array(word, { maxLength: 6 }), { maxLength: 20 }), (hypotheses) => {
        const prefix = createStablePrefix();
        let shown: readonly string[] = [];
        hypotheses.forEach((words, index) => {
          const next = prefix.update(words);
          expect(next.slice(0, shown.length)).toEqual(shown);
          for (let place = shown.length; place < next.length; place++) {
            const before = hypotheses[index - 1]?.[place];
            expect(bare(before)).toBe(bare(words[place]));
            // Punctuation that only one of them has may be of the moment.
            expect(next[place]).toBe(before === words[place] ? before : words[place]?.replace('.', ''));
          }
          shown = next;
        });
      }),
    );
  });

  test('shows all of a hypothesis that comes twice', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 10 }), (words) => {
        const prefix = createStablePrefix();
        prefix.update(words);
        expect(prefix.update(words)).toEqual(words);
      }),
    );
  });
});

function bare(word: string | undefined): string | undefined {
  return word?.toLowerCase().replace('.', '');
}
