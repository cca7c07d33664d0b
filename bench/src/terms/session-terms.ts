import type { Clip } from '../clips/manifest.js';
import { createTermFinder } from './term-finder.js';
import { comparableText } from '../score/comparable-text.js';

/**
 * The terms of a session in which all clips are dictated: the clips' own, each once, then distractors from
 * `list`, which no clip contains, up to `total`.
 */
export function sessionTerms(clips: readonly Clip[], list: readonly string[], total: number): string[] {
  const find = createTermFinder(list);
  const spoken = new Set(clips.flatMap(({ text }) => find(text).map(({ term }) => term)));
  const terms = new Map<string, string>();
  for (const term of clips.flatMap(({ terms: own }) => own)) terms.set(comparableText(term), term);
  for (const term of list) {
    if (terms.size >= total) break;
    const key = comparableText(term);
    if (!spoken.has(key) && !terms.has(key)) terms.set(key, term);
  }
  return [...terms.values()];
}
