import type { Token } from './token.js';

/**
 * A reading of what begins at a token, remembered for the tokens that it was made of: the rules ask for the same number
 * and the same unit again and again. Tokens never change, and what is remembered of them goes with them.
 */
export function readOnce<Reading>(
  read: (tokens: readonly Token[], at: number) => Reading,
): (tokens: readonly Token[], at: number) => Reading {
  const known = new WeakMap<readonly Token[], Map<number, Reading>>();
  return (tokens, at) => {
    let readings = known.get(tokens);
    if (readings === undefined) known.set(tokens, (readings = new Map<number, Reading>()));
    if (readings.has(at)) return readings.get(at) as Reading;
    const reading = read(tokens, at);
    readings.set(at, reading);
    return reading;
  };
}
