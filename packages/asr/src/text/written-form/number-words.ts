/** What a word means as a part of a number. */
export type NumberWord =
  | { readonly is: 'zero' | 'oh' | 'hundred' }
  | { readonly is: 'unit' | 'teen' | 'ten' | 'scale'; readonly value: number };

const UNITS = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
const TEENS = [
  ...['ten', 'eleven', 'twelve', 'thirteen', 'fourteen', 'fifteen', 'sixteen', 'seventeen'],
  ...['eighteen', 'nineteen'],
];
const TENS = ['twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety'];

const numberWords: ReadonlyMap<string, NumberWord> = new Map<string, NumberWord>([
  ['zero', { is: 'zero' }],
  ['oh', { is: 'oh' }],
  ['o', { is: 'oh' }],
  ...UNITS.map((word, index) => [word, { is: 'unit', value: index + 1 }] as const),
  ...TEENS.map((word, index) => [word, { is: 'teen', value: index + 10 }] as const),
  ...TENS.map((word, index) => [word, { is: 'ten', value: (index + 2) * 10 }] as const),
  ['hundred', { is: 'hundred' }],
  ['thousand', { is: 'scale', value: 1e3 }],
  ['million', { is: 'scale', value: 1e6 }],
  ['billion', { is: 'scale', value: 1e9 }],
]);

/** The cardinal of each ordinal: `first` → `one`, `twentieth` → `twenty`. */
const ordinals: ReadonlyMap<string, string> = new Map([
  ['first', 'one'],
  ['second', 'two'],
  ['third', 'three'],
  ['fifth', 'five'],
  ['eighth', 'eight'],
  ['ninth', 'nine'],
  ['twelfth', 'twelve'],
  ...['four', 'six', 'seven', ...TEENS.filter((word) => word !== 'twelve'), 'hundred', 'thousand'].map(
    (word) => [`${word}th`, word] as const,
  ),
  ...TENS.map((word) => [`${word.slice(0, -1)}ieth`, word] as const),
]);

/** What a word means as a part of a number, if it is one; expects lower case. */
export function numberWord(word: string): NumberWord | undefined {
  return numberWords.get(word);
}

/** Whether the word means a number by itself: a lone `oh` or `o` does not. */
export function isNumberWord(word: string): boolean {
  return word !== 'oh' && word !== 'o' && numberWords.has(word);
}

/** The cardinal word of an ordinal word. */
export function cardinalOf(ordinal: string): string | undefined {
  return ordinals.get(ordinal);
}

/** Whether the word is an ordinal. */
export function isOrdinal(word: string): boolean {
  return ordinals.has(word);
}
