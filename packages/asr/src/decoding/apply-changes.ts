import type { RowOutput } from './decoder-batch.js';
import type { Hypothesis } from './search.js';
import type { TermChange } from './term-changes.js';

/** A change, with what the decoder says about it. */
export interface ScoredChange {
  readonly change: TermChange;
  /** What the change adds to the sum of log-probabilities. */
  readonly gain: number;
  /** The log-probabilities of the new tokens, and of some tokens after them. */
  readonly logProbabilities: readonly number[];
  /** The decoder's output for each of these tokens. */
  readonly outputs: readonly RowOutput[];
}

/** The hypothesis with the changes made, which must be in order and must not touch each other. */
export function applied(hypothesis: Hypothesis, chosen: readonly ScoredChange[]): Hypothesis {
  const tokens: number[] = [];
  const logProbabilities: number[] = [];
  const frames: number[] = [];
  // Tokens after a change have the probability that they have after it.
  const follows = [...hypothesis.logProbabilities, hypothesis.endLogProbability];
  for (const { change, logProbabilities: found } of chosen)
    found.slice(change.replacement.length).forEach((value, place) => {
      follows[change.firstToken + change.tokens + place] = value;
    });
  let from = 0;
  const keep = (to: number) => {
    tokens.push(...hypothesis.tokens.slice(from, to));
    logProbabilities.push(...follows.slice(from, to));
    frames.push(...hypothesis.frames.slice(from, to));
  };
  for (const { change, logProbabilities: found, outputs } of chosen) {
    const { length } = change.replacement;
    keep(change.firstToken);
    tokens.push(...change.replacement);
    logProbabilities.push(...found.slice(0, length));
    frames.push(...outputs.slice(0, length).map(({ frame }) => frame));
    from = change.firstToken + change.tokens;
  }
  keep(hypothesis.tokens.length);
  return { ...hypothesis, tokens, logProbabilities, frames, endLogProbability: follows.at(-1) ?? 0 };
}

/** The decoder's output for each token of a hypothesis with changes; for tokens far after a change, the former output. */
export function outputsAfter(
  outputs: readonly (RowOutput | undefined)[],
  chosen: readonly ScoredChange[],
): (RowOutput | undefined)[] {
  const after: (RowOutput | undefined)[] = [];
  let from = 0;
  for (const { change, outputs: said } of chosen) {
    after.push(...outputs.slice(from, change.firstToken), ...said);
    from = change.firstToken + change.tokens + said.length - change.replacement.length;
  }
  return [...after, ...outputs.slice(from)];
}

/** Some tokens of a hypothesis. */
export interface TokenSpan {
  readonly firstToken: number;
  readonly tokens: number;
}

/** Spans, moved to where they are after the changes; those that a change cuts are lost. */
export function moved<Span extends TokenSpan>(
  spans: readonly Span[],
  chosen: readonly ScoredChange[],
): Span[] {
  return spans.flatMap((one) => {
    let { firstToken, tokens } = one;
    for (const { change } of chosen) {
      const longer = change.replacement.length - change.tokens;
      const isSame = change.firstToken === one.firstToken && change.tokens === one.tokens;
      if (isSame) tokens += longer;
      else if (overlap(change, one)) return [];
      else if (change.firstToken < one.firstToken) firstToken += longer;
    }
    return [{ ...one, firstToken, tokens }];
  });
}

/** Whether two spans have a token in common. */
export function overlap(one: TokenSpan, other: TokenSpan): boolean {
  return one.firstToken < other.firstToken + other.tokens && other.firstToken < one.firstToken + one.tokens;
}
