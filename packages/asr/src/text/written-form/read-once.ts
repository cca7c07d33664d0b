import type { Token } from './token.js';

/**
 * Remembers the result of reading at each token, since the rules ask for the same number and the same unit again and again.
 * Tokens never change, and results are forgotten with them.
 */
export function readOnce<Result>(
  read: (tokens: readonly Token[], at: number) => Result,
): (tokens: readonly Token[], at: number) => Result {
  const known = new WeakMap<readonly Token[], Map<number, Result>>();
  return (tokens, at) => {
    let readings = known.get(tokens);
    if (readings === undefined) known.set(tokens, (readings = new Map<number, Result>()));
    if (readings.has(at)) return readings.get(at) as Result;
    const reading = read(tokens, at);
    readings.set(at, reading);
    return reading;
  };
}
