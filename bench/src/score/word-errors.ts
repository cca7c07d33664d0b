/** Edits that turn a reference into a hypothesis, in words. */
export interface WordErrors {
  /** Words in the reference. */
  readonly words: number;
  readonly substitutions: number;
  readonly deletions: number;
  readonly insertions: number;
}

/**
 * The smallest number of word edits (Levenshtein). Where several alignments are equally short, the choice between
 * substitutions, deletions and insertions is that of RapidFuzz, on which jiwer builds: a deletion first, from the
 * end backwards.
 */
export function countWordErrors(reference: readonly string[], hypothesis: readonly string[]): WordErrors {
  const { head, tail } = commonEnds(reference, hypothesis);
  const rows = reference.slice(head, reference.length - tail);
  const columns = hypothesis.slice(head, hypothesis.length - tail);
  return { words: reference.length, ...backtrace(rows, columns, fillSteps(rows, columns)) };
}

/** Sum over clips, from which a corpus-level rate follows. */
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

/** Edits a reference word; above 1 where more was invented than said. Not a number without reference words. */
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

function backtrace(reference: readonly string[], hypothesis: readonly string[], steps: Uint8Array) {
  const width = reference.length + 1;
  let column = reference.length;
  let row = hypothesis.length;
  const edits = { substitutions: 0, deletions: 0, insertions: 0 };
  while (row > 0 && column > 0) {
    if (steps[row * width + column] === DELETES) {
      edits.deletions++;
      column--;
    } else {
      row--;
      if (row > 0 && steps[row * width + column] === INSERTS) edits.insertions++;
      else {
        column--;
        if (reference[column] !== hypothesis[row]) edits.substitutions++;
      }
    }
  }
  edits.deletions += column;
  edits.insertions += row;
  return edits;
}

function commonEnds(a: readonly string[], b: readonly string[]): { head: number; tail: number } {
  const shorter = Math.min(a.length, b.length);
  let head = 0;
  while (head < shorter && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < shorter - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  return { head, tail };
}
