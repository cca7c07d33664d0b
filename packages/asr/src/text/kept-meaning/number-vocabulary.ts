/**
 * The values of English number words. This guard has its own table, since it is there to find what the rules of the
 * written form get wrong.
 */
export const SMALL: ReadonlyMap<string, number> = new Map([
  ...['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'].map(from(0)),
  ...['eleven', 'twelve', 'thirteen', 'fourteen', 'fifteen', 'sixteen', 'seventeen'].map(from(11)),
  ...['eighteen', 'nineteen'].map(from(18)),
  ['oh', 0],
  // Two and three times a week.
  ['biw', 2],
  ['tiw', 3],
]);

export const TENS: ReadonlyMap<string, number> = new Map(
  ['twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety'].map((word, at) => [
    word,
    20 + 10 * at,
  ]),
);

export const SCALES: ReadonlyMap<string, number> = new Map([
  ['hundred', 100],
  ['thousand', 1000],
  ['million', 1_000_000],
  ['billion', 1_000_000_000],
]);

/** Words that end a number: `twenty first`, and in fractions `two thirds`. */
export const LAST: ReadonlyMap<string, number> = new Map([
  ...['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth'].map(from(1)),
  ...['tenth', 'eleventh', 'twelfth', 'thirteenth', 'fourteenth', 'fifteenth'].map(from(10)),
  ...['sixteenth', 'seventeenth', 'eighteenth', 'nineteenth'].map(from(16)),
  ...['thirds', 'fourths', 'fifths', 'sixths', 'sevenths', 'eighths'].map(from(3)),
  ...[...TENS].flatMap(([word, value]) =>
    ['ieth', 'ies'].map((ending) => [word.replace(/y$/u, ending), value] as const),
  ),
]);

/** Fractions that can be decimals too: `two and a half` is 2.5. */
export const PARTS: ReadonlyMap<string, number> = new Map([
  ['half', 2],
  ['halves', 2],
  ['quarter', 4],
  ['quarters', 4],
]);

export const TIMES: ReadonlyMap<string, number> = new Map([
  ['double', 2],
  ['triple', 3],
]);

export const NEGATIONS: ReadonlySet<string> = new Set([
  ...['no', 'not', 'none', 'never', 'nor', 'neither', 'without', 'cannot', 'denies', 'denied', 'deny'],
  'denying',
]);

/** Sounds that somebody makes in the middle of a number. */
export const HESITATIONS: ReadonlySet<string> = new Set(['uh', 'um', 'er', 'erm', 'hm', 'hmm']);

/** Words between two numbers of which the last may give the scale of both. */
export const SCALE_LINKS: ReadonlySet<string> = new Set([
  'to',
  'or',
  'and',
  'through',
  'by',
  '-',
  '–',
  '×',
  ',',
]);

function from(first: number): (word: string, at: number) => readonly [string, number] {
  return (word, at) => [word, first + at];
}
