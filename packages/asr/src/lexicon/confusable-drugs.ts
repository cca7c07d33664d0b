import { readFile } from 'node:fs/promises';

/** Two drugs whose names are mistaken for each other, by eye or by ear. */
export interface ConfusableDrugs {
  /** The names as they are written in a note, in the order of the alphabet. */
  readonly names: readonly [string, string];
  /** How alike the names sound and look, from 0 (not at all) to 1 (the same). */
  readonly similarity: number;
  /**
   * Either the FDA asks for distinctive lettering on their labels, or mix-ups were reported, or the names were
   * computed to be alike.
   */
  readonly origin: (typeof origins)[number];
}

/** Reads the pairs of look-alike and sound-alike drug names that ship with this package. */
export async function loadConfusableDrugs(): Promise<readonly ConfusableDrugs[]> {
  return parseConfusableDrugs(
    await readFile(new URL('../../lexicon/confusable-drugs.tsv', import.meta.url), 'utf8'),
  );
}

/**
 * Reads pairs, one a line: both names, similarity and origin, with tabs between them. A line that begins with `#` is
 * a comment.
 *
 * @throws {TypeError} if a line is no pair
 */
export function parseConfusableDrugs(table: string): ConfusableDrugs[] {
  return table
    .split('\n')
    .map((line, at) => ({ line, number: at + 1 }))
    .filter(({ line }) => line !== '' && !line.startsWith('#'))
    .map(({ line, number }) => parsePair(line, number));
}

function parsePair(line: string, number: number): ConfusableDrugs {
  const [first = '', second = '', similarity = '', origin = ''] = line.split('\t');
  const alike = Number(similarity);
  const known = origins.find((one) => one === origin);
  if (first === '' || second === '' || !(alike > 0 && alike <= 1) || known === undefined) {
    throw new TypeError(
      `Line ${number} of the confusable drugs is no pair. Write two names, their similarity (above 0, up to 1) and ${origins.join(', ')}, with tabs between them.`,
    );
  }
  return { names: [first, second], similarity: alike, origin: known };
}

const origins = ['fda', 'reported', 'computed'] as const;
