/** Edits that turn a reference into a hypothesis, in words. */
export interface WordErrors {
  /** Words in the reference. */
  readonly words: number;
  readonly substitutions: number;
  readonly deletions: number;
  readonly insertions: number;
}

/**
 * The places of a word of the reference and of the word heard for it; only one of them if the other side has
 * none.
 */
export interface AlignedWords {
  readonly reference?: number;
  readonly hypothesis?: number;
}

/** The smallest number of word edits (Levenshtein). */
export function countWordErrors(reference: readonly string[], hypothesis: readonly string[]): WordErrors {
  return sumErrors(alignWords(reference, hypothesis), reference, hypothesis);
}

/** The errors of all pairs of an alignment. */
export function sumErrors(
  pairs: readonly AlignedWords[],
  reference: readonly string[],
  hypothesis: readonly string[],
): WordErrors {
  return addWordErrors(pairs.map((pair) => errorsOfPair(pair, reference, hypothesis)));
}

/** What one pair of an alignment adds to the errors. */
export function errorsOfPair(
  pair: AlignedWords,
  reference: readonly string[],
  hypothesis: readonly string[],
): WordErrors {
  const none = { words: 1, substitutions: 0, deletions: 0, insertions: 0 };
  if (pair.reference === undefined) return { ...none, words: 0, insertions: 1 };
  if (pair.hypothesis === undefined) return { ...none, deletions: 1 };
  return reference[pair.reference] === hypothesis[pair.hypothesis] ? none : { ...none, substitutions: 1 };
}

/**
 * Aligns two texts with the fewest word edits. Where several alignments are equally short, the choice between
 * substitutions, deletions and insertions is that of RapidFuzz, on which jiwer builds: a deletion first, from the
 * end backwards.
 */
export function alignWords(reference: readonly string[], hypothesis: readonly string[]): AlignedWords[] {
  const { head, tail } = commonEnds(reference, hypothesis);
  const rows = reference.slice(head, reference.length - tail);
  const columns = hypothesis.slice(head, hypothesis.length - tail);
  const middle = backtrace(rows, columns, fillSteps(rows, columns));
  return [
    ...Array.from({ length: head }, (_, place) => ({ reference: place, hypothesis: place })),
    ...middle.map((pair) => ({
      ...(pair.reference !== undefined && { reference: pair.reference + head }),
      ...(pair.hypothesis !== undefined && { hypothesis: pair.hypothesis + head }),
    })),
    ...Array.from({ length: tail }, (_, place) => ({
      reference: reference.length - tail + place,
      hypothesis: hypothesis.length - tail + place,
    })),
  ];
}

/** Sum over clips, from which the corpus-level rate is computed. */
export function addWordErrors(all: Iterable<WordErrors>): WordErrors {
  const sum = { words: 0, substitutions: 0, deletions: 0, insertions: 0 };
  for (const one of all) {
    sum.words += one.words;
    sum.substitutions += one.substitutions;
    sum.deletions += one.deletions;
    sum.insertions += one.insertions;
  }
  return sum;
}

/** Edits per reference word; above 1 if more was invented than said. NaN without reference words. */
export function wordErrorRate(errors: WordErrors): number {
  return (errors.substitutions + errors.deletions + errors.insertions) / errors.words;
}

const DELETES = 1;
const INSERTS = 2;

/** For each pair of positions, whether the distance grows by one along the reference, and shrinks along it. */
function fillSteps(reference: readonly string[], hypothesis: readonly string[]): Uint8Array {
  const width = reference.length + 1;
  const steps = new Uint8Array(width * (hypothesis.length + 1));
  let above = Uint32Array.from({ length: width }, (_, column) => column);
  steps.fill(DELETES, 1, width);
  hypothesis.forEach((word, index) => {
    const row = new Uint32Array(width);
    row[0] = index + 1;
    for (let column = 1; column < width; column++) {
      const left = row[column - 1] ?? 0;
      const diagonal = (above[column - 1] ?? 0) + (reference[column - 1] === word ? 0 : 1);
      const distance = Math.min(diagonal, left + 1, (above[column] ?? 0) + 1);
      row[column] = distance;
      steps[(index + 1) * width + column] =
        distance === left + 1 ? DELETES : distance === left - 1 ? INSERTS : 0;
    }
    above = row;
  });
  return steps;
}

function backtrace(
  reference: readonly string[],
  hypothesis: readonly string[],
  steps: Uint8Array,
): AlignedWords[] {
  const width = reference.length + 1;
  const pairs: AlignedWords[] = [];
  let column = reference.length;
  let row = hypothesis.length;
  while (row > 0 && column > 0) {
    if (steps[row * width + column] === DELETES) pairs.push({ reference: --column });
    else {
      row--;
      if (row > 0 && steps[row * width + column] === INSERTS) pairs.push({ hypothesis: row });
      else pairs.push({ reference: --column, hypothesis: row });
    }
  }
  while (column > 0) pairs.push({ reference: --column });
  while (row > 0) pairs.push({ hypothesis: --row });
  return pairs.reverse();
}

function commonEnds(a: readonly string[], b: readonly string[]): { head: number; tail: number } {
  const shorter = Math.min(a.length, b.length);
  let head = 0;
  while (head < shorter && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < shorter - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  return { head, tail };
}
