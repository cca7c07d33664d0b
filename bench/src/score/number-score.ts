import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Clip, WrittenNumbers } from '../clips/manifest.js';
import type { Hypotheses } from './hypotheses.js';
import { inWrittenForm } from './in-written-form.js';

/** The written numbers of one clip. */
interface ClipNumbers extends WrittenNumbers {
  readonly id: string;
}

/** How many numbers of one kind are right. */
export interface NumberShare {
  readonly numbers: number;
  readonly right: number;
}

/** Numbers that are written as a person would write them. */
export interface NumberScore {
  readonly withUnit: NumberShare;
  readonly alone: NumberShare;
  /** The other numbers, by clip. */
  readonly wrong: readonly { readonly id: string; readonly expected: string }[];
}

/** Puts texts into written form and looks for the numbers of the clips in them; clips without a text are left out. */
export function writtenFormScore(clips: readonly Clip[], texts: Hypotheses): NumberScore {
  return scoreNumbers(writtenNumbersOf(clips), (id) => {
    const text = texts.get(id);
    return text === undefined ? undefined : inWrittenForm(text);
  });
}

/**
 * Looks in each text for the numbers that it must contain; `textOf` returns undefined for clips to leave out.
 */
export function scoreNumbers(
  expected: readonly ClipNumbers[],
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

/** Whether a number occurs in a text by itself, not as a part of another. */
function holds(text: string, number: string): boolean {
  const escaped = number.replace(/[.*+?^${}()|[\]\\]/gu, '\\$&');
  return new RegExp(`(?<![\\p{L}\\d.,/–])${escaped}(?![\\p{L}\\d/–]|[.,]\\d)`, 'iu').test(text);
}

/** The numbers in the manifest, or else those that the table in this package has for the ids of its clips. */
function writtenNumbersOf(clips: readonly Clip[]): ClipNumbers[] {
  const table = new Map(readTable().map((numbers) => [numbers.id, numbers]));
  return clips.flatMap(({ id, numbers }) => {
    const known = numbers ?? table.get(basename(id));
    return known ? [{ ...known, id }] : [];
  });
}

function readTable(): ClipNumbers[] {
  const table = new URL('../../numbers/dictation.jsonl', import.meta.url);
  return readFileSync(table, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as ClipNumbers);
}
