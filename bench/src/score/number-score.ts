import { readFileSync } from 'node:fs';

/** How the numbers of a clip are written by someone who does it by hand. */
export interface WrittenNumbers {
  readonly id: string;
  /** Doses, durations and percentages. */
  readonly withUnit: readonly string[];
  /** All others. */
  readonly alone: readonly string[];
}

/** How many numbers of one sort are right. */
export interface NumberShare {
  readonly numbers: number;
  readonly right: number;
}

/** Numbers that are written as by hand. */
export interface NumberScore {
  readonly withUnit: NumberShare;
  readonly alone: NumberShare;
  /** Those that are not, by clip. */
  readonly wrong: readonly { readonly id: string; readonly expected: string }[];
}

/** The numbers of the dictated clips, from the table in this package. */
export function readWrittenNumbers(): WrittenNumbers[] {
  const table = new URL('../../numbers/dictation.jsonl', import.meta.url);
  return readFileSync(table, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as WrittenNumbers);
}

/** Looks in each text for the numbers that it must hold; `textOf` answers undefined for clips that are left out. */
export function scoreNumbers(
  expected: readonly WrittenNumbers[],
  textOf: (id: string) => string | undefined,
): NumberScore {
  const wrong: { id: string; expected: string }[] = [];
  const count = (sort: 'withUnit' | 'alone'): NumberShare => {
    let numbers = 0;
    let right = 0;
    for (const { id, [sort]: texts } of expected) {
      const text = textOf(id);
      if (text === undefined) continue;
      for (const number of texts) {
        numbers += 1;
        if (holds(text, number)) right += 1;
        else wrong.push({ id, expected: number });
      }
    }
    return { numbers, right };
  };
  return { withUnit: count('withUnit'), alone: count('alone'), wrong };
}

/** Whether a number stands in a text by itself, and not as a part of another. */
function holds(text: string, number: string): boolean {
  const escaped = number.replace(/[.*+?^${}()|[\]\\]/gu, '\\$&');
  return new RegExp(`(?<![\\p{L}\\d.,/–])${escaped}(?![\\p{L}\\d/–]|[.,]\\d)`, 'iu').test(text);
}
