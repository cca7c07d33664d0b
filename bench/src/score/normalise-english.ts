import { toAmericanSpelling } from './american-spelling.js';
import { CONTRACTIONS } from './contractions.js';
import { writeNumbersAsDigits } from './spoken-numbers.js';

/**
 * Brings English text to the form in which transcripts are compared: lower case, without fillers, bracketed
 * remarks, punctuation and diacritics; contractions written out, numbers in digits, American spelling.
 *
 * The rules and their order are those of Whisper's published English text normaliser (Radford et al. 2022,
 * appendix C; github.com/openai/whisper, MIT), so that figures compare with those of other projects. A test holds
 * the result to the Python reference. Digits other than ASCII ones are left as they are.
 */
export function normaliseEnglish(text: string): string {
  const spoken = text
    .toLowerCase()
    .replace(/[<[][^>\]]*[>\]]/gu, '')
    .replace(/\([^)]+?\)/gu, '')
    .replace(FILLERS, '')
    .replace(SPACE_BEFORE_APOSTROPHE, "'");
  const unpunctuated = dropSymbols(
    expandContractions(spoken)
      .replace(/([0-9]),([0-9])/gu, '$1$2')
      .replace(/\.([^0-9]|$)/gu, ' $1'),
  );
  return toAmericanSpelling(writeNumbersAsDigits(unpunctuated))
    .replace(/[.$¢€£]([^0-9])/gu, ' $1')
    .replace(/([^0-9])%/gu, '$1 ')
    .replace(SPACES, ' ');
}

/** The words of a normalised text. */
export function wordsOf(normalised: string): string[] {
  return normalised.split(' ').filter((word) => word !== '');
}

// Python's \b and \s, on which the reference is built, know all scripts; JavaScript's \b knows ASCII only.
const WORD_START = String.raw`(?<![\p{L}\p{N}_])`;
const WORD_END = String.raw`(?![\p{L}\p{N}_])`;
const SPACE = String.raw`(?:(?!\ufeff)[\s\u001c-\u001f\u0085])`;

const FILLERS = new RegExp(`${WORD_START}(?:hmm|mm|mhm|mmm|uh|um)${WORD_END}`, 'gu');
const SPACE_BEFORE_APOSTROPHE = new RegExp(`${SPACE}+'`, 'gu');
const SPACES = new RegExp(`${SPACE}+`, 'gu');

const EXPANSIONS = CONTRACTIONS.map(({ form, wholeWord, longForm }) => ({
  pattern: new RegExp(`${wholeWord ? WORD_START : ''}${form}${WORD_END}`, 'gu'),
  longForm,
}));

function expandContractions(text: string): string {
  return EXPANSIONS.reduce((expanded, { pattern, longForm }) => expanded.replace(pattern, longForm), text);
}

/** Keeps the symbols that belong to numbers. */
function dropSymbols(text: string): string {
  return Array.from(text.normalize('NFKD'), (character) => {
    if ('.%$¢€£'.includes(character)) return character;
    const letters = LETTERS_WITHOUT_DECOMPOSITION[character];
    if (letters !== undefined) return letters;
    if (/\p{Mn}/u.test(character)) return '';
    return /[\p{M}\p{S}\p{P}]/u.test(character) ? ' ' : character;
  }).join('');
}

const LETTERS_WITHOUT_DECOMPOSITION: Readonly<Record<string, string>> = {
  œ: 'oe',
  Œ: 'OE',
  ø: 'o',
  Ø: 'O',
  æ: 'ae',
  Æ: 'AE',
  ß: 'ss',
  ẞ: 'SS',
  đ: 'd',
  Đ: 'D',
  ð: 'd',
  Ð: 'D',
  þ: 'th',
  Þ: 'th',
  ł: 'l',
  Ł: 'L',
};
