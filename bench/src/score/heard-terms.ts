import type { Clip } from '../clips/manifest.js';
import { createTermFinder, type FoundTerm } from '../terms/term-finder.js';
import type { Hypotheses } from './hypotheses.js';

/** The terms of a list that were heard. */
export interface HeardTerms {
  /** How often a term was heard. */
  readonly heard: number;
  /** How often a term was heard that was not spoken. */
  readonly inventedTimes: number;
  /** Share of heard terms that were spoken; absent if none was heard. */
  readonly precision?: number;
  readonly invented: readonly InventedTerm[];
}

/** A term that occurs more often in a clip's hypothesis than in what was said. */
interface InventedTerm {
  readonly id: string;
  readonly term: string;
  readonly times: number;
}

/** Looks for the terms of a list in hypotheses; clips without one are left out. */
export function scoreHeardTerms(
  clips: readonly Clip[],
  hypotheses: Hypotheses,
  list: readonly string[],
): HeardTerms {
  const find = createTermFinder(list);
  const invented: InventedTerm[] = [];
  let heard = 0;
  for (const { id, text } of clips) {
    const hypothesis = hypotheses.get(id);
    if (hypothesis === undefined) continue;
    const said = timesByTerm(find(text));
    for (const [term, times] of timesByTerm(find(hypothesis))) {
      heard += times;
      const more = times - (said.get(term) ?? 0);
      if (more > 0) invented.push({ id, term, times: more });
    }
  }
  const inventedTimes = invented.reduce((sum, { times }) => sum + times, 0);
  return { heard, inventedTimes, ...(heard > 0 && { precision: 1 - inventedTimes / heard }), invented };
}

function timesByTerm(found: readonly FoundTerm[]): Map<string, number> {
  const times = new Map<string, number>();
  for (const { term } of found) times.set(term, (times.get(term) ?? 0) + 1);
  return times;
}
