/** What rows may attend to, added to the scores of their attention. */
export interface AttentionMasks {
  /** [rows, 1, tokens, past + tokens] */
  readonly self: Float32Array;
  /** [rows, 1, 1, frames] */
  readonly cross: Float32Array;
}

/** Far below any score, but not infinite, which would give NaN. */
const MASKED = -1e9;

/** Each of `length` tokens attends to those before, of which `past` were read earlier, and to itself. */
export function causalMask(past: number, length: number): Float32Array {
  const width = past + length;
  const mask = new Float32Array(length * width);
  for (let token = 0; token < length; token++)
    mask.fill(MASKED, token * width + past + token + 1, (token + 1) * width);
  return mask;
}

/** Each token of a branch attends to the part of the `held` tokens that it follows, to those before it and to itself. */
export function branchMask(
  held: number,
  branches: readonly { readonly from: number; readonly tokens: readonly number[] }[],
): Float32Array {
  const length = branches.reduce((sum, { tokens }) => sum + tokens.length, 0);
  const width = held + length;
  const mask = new Float32Array(length * width).fill(MASKED);
  let first = 0;
  for (const { from, tokens } of branches) {
    tokens.forEach((_, index) => {
      const row = (first + index) * width;
      mask.fill(0, row, row + from);
      mask.fill(0, row + held + first, row + held + first + index + 1);
    });
    first += tokens.length;
  }
  return mask;
}

/**
 * Rows of one token each attend to no padding: self-attention has it on the left of `held` tokens,
 * cross-attention on the right.
 */
export function paddingMasks(
  rows: readonly { readonly past: number; readonly frames: number }[],
  held: number,
  frames: number,
): AttentionMasks {
  const self = new Float32Array(rows.length * (held + 1));
  const cross = new Float32Array(rows.length * frames);
  rows.forEach((row, index) => {
    self.fill(MASKED, index * (held + 1), index * (held + 1) + held - row.past);
    cross.fill(MASKED, index * frames + row.frames, (index + 1) * frames);
  });
  return { self, cross };
}
