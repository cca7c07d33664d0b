import { cardinalOf, isNumberWord, numberWord } from '../text/written-form/number-words.js';
import { isUnitWord } from '../text/written-form/unit-names.js';

/**
 * The numbers, units and negations of a text, in order, which no correction of a name may remove. Numbers are given
 * by their value, `twenty five` as `25`, and a unit attached to a number, as in `10mg`, is given separately.
 */
export function keptWords(text: string): readonly string[] {
  const kept: string[] = [];
  let tens: number | undefined;
  const words = wordsOf(text);
  for (const [place, word] of words.entries()) {
    const value = valueOf(word);
    const behind = words[place - 1];
    const followsNumber = behind !== undefined && valueOf(behind) !== undefined;
    if (value !== undefined) {
      if (tens !== undefined && isUnitDigit(value)) kept[kept.length - 1] = String(tens + Number(value));
      else kept.push(value);
      tens = isTens(word) ? Number(value) : undefined;
      continue;
    }
    tens = undefined;
    if (isNegation(word)) kept.push(NEGATION);
    else if (AMOUNTS.has(word) || (isUnitWord(word) && (followsNumber || !isWordPart(word)))) kept.push(word);
  }
  return kept;
}

/** Whether other words contain the numbers, units and negations of a text, in the same order. */
export function keepsWords(written: string, instead: string): boolean {
  const kept = keptWords(instead);
  let from = 0;
  return keptWords(written).every((word) => {
    const place = kept.indexOf(word, from);
    from = place + 1;
    return place >= 0;
  });
}

/**
 * Whether a word belongs to the number beside it, as in `ten to fifteen`, `four of those`, `a hundred`.
 * `and` does not: after a name it is more often its last syllable, `Enoxapur and 40`, and after a number it is kept
 * anyway.
 */
export function joinsNumber(word: string, number: string): boolean {
  const [plain = ''] = wordsOf(word);
  const [beside = ''] = wordsOf(number);
  if (ARTICLES.has(plain)) return COUNTED.has(beside);
  return LINKS.has(plain) && keptWords(number).some((word) => word !== NEGATION);
}

/** Whether the first word of a text is a number. */
export function isNumber(text: string): boolean {
  const [first] = wordsOf(text);
  return first !== undefined && valueOf(first) !== undefined;
}

/** Stands for any negation. */
const NEGATION = 'not';

/** Words in lower case, with digits apart from letters: `HbA1c` is `hba`, `1`, `c`. */
function wordsOf(text: string): readonly string[] {
  return (
    text
      .toLowerCase()
      .replaceAll('’', "'")
      .match(/\d+(?:[.,:/]\d+)*|\p{L}+(?:'\p{L}+)*|[%µ]/gu) ?? []
  );
}

/** The value of a word in digits; nothing if it is no number. */
function valueOf(word: string): string | undefined {
  if (/^\d/.test(word)) return word;
  const cardinal = cardinalOf(word) ?? word;
  const meaning = isNumberWord(cardinal) ? numberWord(cardinal) : undefined;
  switch (meaning?.is) {
    case undefined:
    case 'oh':
      return undefined;
    case 'zero':
      return '0';
    case 'hundred':
      return '100';
    case 'unit':
    case 'teen':
    case 'ten':
    case 'scale':
      return String(meaning.value);
  }
}

function isUnitDigit(value: string): boolean {
  return /^[1-9]$/.test(value);
}

function isTens(word: string): boolean {
  return numberWord(cardinalOf(word) ?? word)?.is === 'ten';
}

function isNegation(word: string): boolean {
  return NEGATIONS.has(word) || word.endsWith("n't");
}

/** Whether the name of a unit is also the end of longer words that decoders may write as two: `angio gram`. */
function isWordPart(word: string): boolean {
  return word.length === 1 || WORD_PARTS.has(word);
}

const WORD_PARTS: ReadonlySet<string> = new Set(
  'gram grams meter meters metre metres liter litre kilo pound mile drop spray second foot french gauge degree'.split(
    ' ',
  ),
);

const NEGATIONS: ReadonlySet<string> = new Set(
  (
    'no not non none nor neither never nothing nobody nowhere without cannot deny denies denied denying negative ' +
    'absent unless except'
  ).split(' '),
);

/** Words for amounts that are not numbers by themselves, and for how often something is given. */
const AMOUNTS: ReadonlySet<string> = new Set(
  (
    'half halves quarter quarters thirds double triple dozen couple once twice thrice point per percent ' +
    'daily nightly hourly weekly monthly yearly every bid tid qid prn minus plus'
  ).split(' '),
);

const LINKS: ReadonlySet<string> = new Set(
  'to too of by oh o over under for from between through thru than times about around x up down ate won'.split(
    ' ',
  ),
);

const ARTICLES: ReadonlySet<string> = new Set(['a', 'an']);

const COUNTED: ReadonlySet<string> = new Set(
  'hundred thousand million half quarter third dozen couple'.split(' '),
);
