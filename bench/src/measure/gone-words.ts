import type { Session } from '../load/session.js';
import { comparableWords } from '../score/comparable-text.js';
import { alignWords } from '../score/word-errors.js';
import { SHORTEST_LOST_RUN } from '../score/lost-runs.js';
import { utterancesOf, type ShownUtterance } from './shown-utterances.js';

/** Words that a client was shown in partials, and that no final has. */
export interface GoneWords {
  /** Words of the last partial of each utterance. */
  readonly shown: number;
  /** How many of these the final of the utterance has something else for. */
  readonly changed: number;
  /** How many of these the final has nothing for. */
  readonly gone: number;
  /** Utterances in which so many words in a row are gone that a clause is likely to be missing. */
  readonly clausesGone: number;
}

/** Compares the last partial of each utterance with its final, in the form in which transcripts are scored. */
export function goneWords(sessions: readonly Session[]): GoneWords {
  const utterances = sessions.flatMap(utterancesOf).map(compare);
  const sum = (of: (utterance: GoneWords) => number) => utterances.reduce((total, one) => total + of(one), 0);
  return {
    shown: sum(({ shown }) => shown),
    changed: sum(({ changed }) => changed),
    gone: sum(({ gone }) => gone),
    clausesGone: sum(({ clausesGone }) => clausesGone),
  };
}

function compare({ partials, final }: ShownUtterance): GoneWords {
  const shown = comparableWords(partials.at(-1)?.text ?? '');
  const kept = comparableWords(final?.text ?? '');
  const fates = alignWords(shown, kept)
    .filter(({ reference }) => reference !== undefined)
    .map(({ reference, hypothesis }) => fateOf(shown[reference ?? -1], kept[hypothesis ?? -1]));
  return {
    shown: shown.length,
    changed: fates.filter((fate) => fate === 'changed').length,
    gone: fates.filter((fate) => fate === 'gone').length,
    clausesGone: longestRun(fates) >= SHORTEST_LOST_RUN ? 1 : 0,
  };
}

type Fate = 'kept' | 'changed' | 'gone';

function fateOf(shown: string | undefined, kept: string | undefined): Fate {
  if (kept === undefined) return 'gone';
  return shown === kept ? 'kept' : 'changed';
}

function longestRun(fates: readonly Fate[]): number {
  let longest = 0;
  let run = 0;
  for (const fate of fates) {
    run = fate === 'gone' ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return longest;
}
