import { expect } from 'vitest';

/** How many histories of a client are drawn, and how often each of its requests has to come in the middle of a word. */
export interface HistoryPlan {
  readonly histories: number;
  readonly midWord: number;
}

/** Counts the requests that came in the middle of a word: those that made a final of what was heard until then. */
export interface MidWordCount<Request extends string> {
  readonly add: (request: Request) => void;
  /** Fails unless every request came as often as planned. */
  readonly expectEnough: () => void;
}

/** Nothing is counted yet. */
export function countMidWord<Request extends string>(
  requests: readonly Request[],
  { midWord }: HistoryPlan,
): MidWordCount<Request> {
  const counts = new Map<Request, number>(requests.map((request) => [request, 0]));
  return {
    add: (request) => counts.set(request, (counts.get(request) ?? 0) + 1),
    expectEnough: () => {
      for (const [request, count] of counts) expect(count, request).toBeGreaterThanOrEqual(midWord);
    },
  };
}
