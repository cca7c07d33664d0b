import type { ConfusableDrugs } from '@auscult/asr';

/** Two drugs that are known to be confused. */
export type KnownPair = Pick<ConfusableDrugs, 'names' | 'origin'>;

/**
 * Reads one pair per line: two names and how the pair is known (`fda`, `reported`), with tabs between them;
 * `#` begins a comment.
 *
 * @throws if a line is not a pair
 */
export function parseKnownPairs(table: string): KnownPair[] {
  const lines = table.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map((line) => {
    const [first, second, origin] = line.split('\t');
    if (!first || !second || (origin !== 'fda' && origin !== 'reported')) {
      throw new Error(`"${line}" is no pair. Write two names and fda or reported, with tabs between them.`);
    }
    return { names: [first, second], origin };
  });
}
