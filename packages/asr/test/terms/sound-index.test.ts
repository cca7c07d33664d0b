import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadMedicalLexicon } from '../../src/lexicon/medical-lexicon.js';
import { soundDistance, soundsOf } from '../../src/terms/sound-distance.js';
import { growSoundIndex } from '../../src/terms/sound-index.js';
import { atOnce } from '../../src/terms/steps.js';
import { soundSpelling } from '../../src/terms/sound-spelling.js';

describe('the spelling by sound', () => {
  test.each([
    ['cystitis', 'Sistitis'],
    ['colonoscopy', 'Kolonoscopy'],
    ['phenytoin', 'fenytoin'],
    ['pneumonia', 'new monia'],
    ['psoriasis', 'soriasis'],
    ['cefazolin', 'sefazolin'],
  ])('is the same for %s and %s', (one, other) => {
    expect(soundSpelling(other)).toBe(soundSpelling(one));
  });
});

describe('the distance between sounds', () => {
  const word = fc.string({
    unit: fc.constantFrom(...Array.from('abcdefghijklmnopqrstuvwxyz')),
    minLength: 1,
    maxLength: 20,
  });
  const distance = (one: string, other: string) =>
    soundDistance(soundsOf(soundSpelling(one)), soundsOf(soundSpelling(other)));

  test('is zero between a word and itself, and the same both ways', () => {
    fc.assert(
      fc.property(word, word, (one, other) => {
        expect(distance(one, one)).toBe(0);
        expect(distance(one, other)).toBeCloseTo(distance(other, one), 10);
      }),
    );
  });

  test.each([
    ['MetaPro all', 'metoprolol', 'metformin'],
    ['love of the oric sign', 'levothyroxine', 'thyroxine'],
    ['war for an', 'warfarin', 'morphine'],
    ['early to mattis', 'erythematous', 'rheumatic'],
  ])('is small between what was heard, %s, and what was said, %s', (heard, said, other) => {
    expect(distance(heard, said)).toBeLessThan(0.4);
    expect(distance(heard, said)).toBeLessThan(distance(heard, other));
  });
});

describe('the index of sounds', () => {
  test('finds the same nearest entries as a comparison with all', async () => {
    const terms = (await loadMedicalLexicon()).map(({ text }) => text);
    const index = atOnce(growSoundIndex(terms.map((text) => [text])));
    for (const heard of ['MetaPro all', 'gabby pinton', 'Amex saline', 'colesus status', 'furious my']) {
      const sounds = soundsOf(soundSpelling(heard));
      const all = terms.map((text) => soundDistance(soundsOf(soundSpelling(text)), sounds));
      const nearest = Math.min(...all);
      const found = index.near(heard, 0.45);
      expect(Math.min(...found.map(({ distance }) => distance))).toBe(nearest);
      for (const { entry, distance } of found) expect(distance).toBe(all[entry]);
    }
  });

  test('names an entry once, by the nearest of the ways to say it', () => {
    const index = atOnce(growSoundIndex([['HbA1c', 'h b a one c', 'hemoglobin']]));
    expect(index.near('haemoglobin', 0.45)).toHaveLength(1);
  });

  test('finds nothing for text without sounds', () => {
    const index = atOnce(growSoundIndex([['metoprolol']]));
    for (const text of ['', '42', '…', '心']) expect(index.near(text, 0.45)).toEqual([]);
  });
});
