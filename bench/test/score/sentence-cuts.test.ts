import { expect, it } from 'vitest';
import { countSentenceCuts } from '../../src/score/sentence-cuts.js';

const SAID = 'Any chest pain? No, but I have a cough. OK, since when?';

it('counts finals that end within a sentence', () => {
  expect(countSentenceCuts(SAID, ['Any chest pain?', "No, but I've a", 'cough. Okay since when'])).toEqual({
    finals: 3,
    within: 1,
  });
});

it('looks past wrong words to where in the reference a final ends', () => {
  expect(countSentenceCuts(SAID, ['any best pain', 'no but I have a cuff', 'okay since'])).toEqual({
    finals: 3,
    within: 1,
  });
});

it('counts nothing where nobody wrote down where sentences end', () => {
  expect(countSentenceCuts('any chest pain no', ['any chest', 'pain no'])).toEqual({ finals: 0, within: 0 });
});
