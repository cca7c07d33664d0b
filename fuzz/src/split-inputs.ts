/**
 * How many inputs each target gets of `inputs`: an equal number, except for those that name a smaller share because
 * each of their inputs takes long.
 */
export function splitInputs(inputs: number, shares: readonly number[]): readonly number[] {
  const whole = shares.reduce((sum, share) => sum + share, 0);
  return shares.map((share) => Math.ceil((inputs * share) / whole));
}
