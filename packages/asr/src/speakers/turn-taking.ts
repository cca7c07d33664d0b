import type { TimeSpan } from './voice-windows.js';

/** A word, and how it is written. */
export interface SpokenWord extends TimeSpan {
  /** With the mark that follows it; absent where only times are known. */
  readonly text?: string;
}

/**
 * Scores of the words of an utterance for each speaker, less what it costs that others speak before and after: people seldom
 * change within a sentence, often between two, and most often after a question. Each is the best that all words together can
 * have, if this one is that speaker's.
 *
 * @param scores for each word, one of each speaker
 */
export function weighTurns(
  words: readonly SpokenWord[],
  scores: readonly Float64Array[],
): readonly Float64Array[] {
  const costs = words.map((_, at) => costOfChange(words[at - 1]?.text));
  const before = bestPaths(scores, (at) => costs[at] ?? 0);
  const after = bestPaths(scores.toReversed(), (at) => costs[words.length - at] ?? 0).toReversed();
  return scores.map((own, at) =>
    own.map((score, speaker) => (before[at]?.[speaker] ?? 0) + (after[at]?.[speaker] ?? 0) - score),
  );
}

/**
 * In the cosines that scores are. Costs within a sentence of 0.2 to 0.5 and rewards after a question of 0 to 0.3 give as many
 * words to the wrong speaker, within 0.05 % of all (bench `speakers`, interviews; docs/decisions/0108).
 */
const COST = { withinSentence: 0.3, afterSentence: 0, afterQuestion: -0.1 } as const;

function costOfChange(textBefore = ''): number {
  if (/\?["'”’)]*$/u.test(textBefore)) return COST.afterQuestion;
  return /[.!…]["'”’)]*$/u.test(textBefore) ? COST.afterSentence : COST.withinSentence;
}

/** For each word and speaker, the best that the words up to this one can have; `costOf` is what a change before a word costs. */
function bestPaths(scores: readonly Float64Array[], costOf: (word: number) => number): Float64Array[] {
  const best: Float64Array[] = [];
  for (const [at, own] of scores.entries()) {
    const previous = best.at(-1);
    const change = previous && changed(previous, costOf(at));
    best.push(own.map((score, speaker) => score + (change?.[speaker] ?? 0)));
  }
  return best;
}

/** The best that each speaker can follow: itself, at a cost where change is rewarded, or another, at a cost where it is not. */
function changed(before: Float64Array, cost: number): Float64Array {
  const [stay, leave] = [Math.max(0, -cost), Math.max(0, cost)];
  return before.map((_, speaker) => {
    let best = -Infinity;
    for (let from = 0; from < before.length; from++)
      best = Math.max(best, (before[from] as number) - (from === speaker ? stay : leave));
    return best;
  });
}
