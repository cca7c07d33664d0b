import { describe, expect, test } from 'vitest';
import { createTermList, type TextChange } from '../../src/terms/term-list.js';
import { proposeTerms } from '../../src/terms/term-proposals.js';
import type { SpelledWord } from '../../src/text/words.js';

const list = createTermList(
  [
    'metoprolol',
    'cystitis',
    'otitis media',
    'echocardiogram',
    'electrocardiogram',
    'opioid',
    'nausea and vomiting',
  ].map((text) => ({
    text,
  })),
  (_term, { distance }) => 10 - 8 * distance,
);

describe('proposals of terms', () => {
  test('replace one or several words that sound alike, without their punctuation', () => {
    const [best] = proposeTerms(words('Started MetaPro all, then rest'), [list]);
    expect(best).toMatchObject({ text: 'metoprolol', firstWord: 1, words: 2 });
  });

  test('are limited in number, even with thousands of terms that sound alike', () => {
    const vowels = 'aeiou';
    const ways = Array.from({ length: 5 ** 6 }, (_, number) =>
      Array.from(
        'mtprll',
        (letter, place) => `${vowels[Math.floor(number / 5 ** place) % 5] ?? ''}${letter}`,
      ).join(''),
    );
    const terms = ['metoprolol', ...ways.slice(0, 2_500)].map((text, index) => ({
      text,
      soundsLike: ways.slice(2_500 + index, 2_504 + index),
    }));
    const hostile = createTermList(terms, (_term, { distance }) => 10 - 8 * distance);
    expect(hostile.sounds.near('metoprelal', 0.4).length).toBeLessThanOrEqual(50);
    const said = words(
      'takes metopralol in the morning and metoprelal or metaprolil at night when metoprolal is late',
    );
    expect(proposeTerms(said, [hostile])).toHaveLength(30);
  });

  test('are not made for words of which the decoder was surer than the list allows', () => {
    const text = words('Started MetaPro all', 0.9);
    expect(proposeTerms(text, [{ ...list, leastDoubt: 0.5 }])).toEqual([]);
    expect(proposeTerms(text, [{ ...list, leastDoubt: 0.05 }])).not.toEqual([]);
  });

  test('are made for nonwords, however sure the decoder was', () => {
    const listed = { ...list, leastDoubt: 0.5, isMisheard: (text: string) => text === 'metapralol' };
    const [best] = proposeTerms(words('Started metapralol all', 0.999), [listed]);
    expect(best).toMatchObject({ text: 'metoprolol', firstWord: 1, words: 1 });
  });

  test('are not made by one list for a term of a list before it', () => {
    const named = createTermList([{ text: 'Opiod' }], () => 0);
    const textOf = (lists: Parameters<typeof proposeTerms>[1]) =>
      proposeTerms(words('Started Opiod'), lists).map(({ text }) => text);
    expect(textOf([list, named])).toEqual(['opioid']);
    expect(textOf([named, list])).toEqual([]);
  });

  test.each([
    ['what is a term already', 'a cystitis of'],
    ['forms of the same word', 'strong opioids were'],
    ['other small words between the same', 'some nausea or vomiting since'],
    ['a long term that another sounds like', 'The echocardiogram shows'],
    ['words around a term that is there', 'an otitis media and'],
  ])('are not made for %s', (_what, text) => {
    expect(proposeTerms(words(text), [list])).toEqual([]);
  });

  test('carry the allowance of the words around them', () => {
    const seen: TextChange[] = [];
    const listed = createTermList(list.terms, () => 10, {
      contextOf: (change) => {
        seen.push(change);
        return -3;
      },
    });
    const proposals = proposeTerms(words('Started MetaPro all, then rest'), [listed]);
    expect(proposals.map(({ allowance, context }) => [allowance, context])).toEqual(
      proposals.map(() => [10, -3]),
    );
    expect(seen).toContainEqual({
      before: 'Started',
      written: 'MetaPro all,',
      instead: 'metoprolol',
      after: 'then',
    });
  });

  test('are not made where the context speaks against them more than the sound for them', () => {
    const listed = createTermList(list.terms, () => 10, { contextOf: () => -10 });
    expect(proposeTerms(words('Started MetaPro all, then rest'), [listed])).toEqual([]);
  });

  test.each(['MetaPro. All', 'MetaPro, all'])('do not reach beyond the end of a clause: "%s"', (text) => {
    expect(proposeTerms(words(text), [list]).filter(({ words: count }) => count > 1)).toEqual([]);
  });
});

function words(text: string, confidence = 0.5): SpelledWord[] {
  return text
    .split(' ')
    .map((word, index) => ({ text: word, spaceBefore: true, confidence, firstToken: index, tokens: 1 }));
}

describe('proposals of drugs', () => {
  const drugs = createTermList(
    [
      { text: 'levetiracetam', weight: 0.66 },
      { text: 'Levitra', weight: 0.5 },
      { text: 'escitalopram', weight: 0.68 },
      { text: 'citalopram', weight: 0.44 },
      { text: 'valganciclovir', weight: 0.41 },
      { text: 'acyclovir', weight: 0.64 },
      { text: 'sumatriptan', weight: 0.64 },
      { text: 'somatropin', weight: 0.5 },
    ],
    (_term, { distance }) => 10 - 8 * distance,
  );
  const proposed = (text: string) => proposeTerms(words(text), [drugs]).map((proposal) => proposal.text);

  test.each([
    ['Levity ra set them', 'levetiracetam', 'Levitra'],
    ['Levitur said M', 'levetiracetam', 'Levitra'],
    ['Esatala-Pram', 'escitalopram', 'citalopram'],
    ['Belgian Sicklavier', 'valganciclovir', 'acyclovir'],
  ])('for %s include %s and not %s', (text, said, other) => {
    expect(proposed(text)).toContain(said);
    expect(proposed(text)).not.toContain(other);
  });

  test.each([
    ['Levitur, said M', 'Levitra'],
    ['Belgian, Sicklavier', 'acyclovir'],
  ])('are none where a comma divides the words, as in %s', (text) => {
    expect(proposed(text)).toEqual([]);
  });

  test('include a common drug beside a nearer but rare one', () => {
    expect(proposed('Sumitrip in')).toContain('sumatriptan');
  });
});
