import type { RecognitionResult } from '../inference/messages/recognition-job.js';

/** Two results as one, which ends as the second does. */
export function joinResults(first: RecognitionResult, second: RecognitionResult): RecognitionResult {
  const shifted = <Span extends { readonly firstToken: number }>(span: Span): Span => ({
    ...span,
    firstToken: span.firstToken + first.tokens.length,
  });
  const sureness = [first, second].flatMap(({ surenessBeforeTerms }) => surenessBeforeTerms ?? []);
  return {
    ...second,
    ...(sureness.length > 0 && { surenessBeforeTerms: Math.min(...sureness) }),
    tokens: [...first.tokens, ...second.tokens],
    logProbabilities: [...first.logProbabilities, ...second.logProbabilities],
    heardAt: [...first.heardAt, ...second.heardAt],
    terms: [...first.terms, ...second.terms.map(shifted)],
    alternatives: [...first.alternatives, ...second.alternatives.map(shifted)],
  };
}
