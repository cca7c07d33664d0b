import { readFileSync } from 'node:fs';
import type { WrittenNumbers } from '../clips/manifest.js';

/** A sentence that a clinician might dictate, as spoken. */
export interface Sentence {
  readonly id: string;
  readonly text: string;
  /** The medical terms in it. */
  readonly terms: readonly string[];
  /** Absent if it contains no number. */
  readonly numbers?: WrittenNumbers;
}

/** The sentences of this package. */
export function readSentences(): Sentence[] {
  const file = new URL('../../dictation/sentences.jsonl', import.meta.url);
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Sentence);
}
