/** How many shorter inputs are tried. */
const MOST_TRIES = 500;

/** A shorter input with the same finding. Pieces without which the finding remains are left out, large ones first. */
export async function shrink(
  input: Buffer,
  showsTheSame: (smaller: Buffer) => Promise<boolean>,
): Promise<Buffer> {
  let least = input;
  let tries = 0;
  for (let piece = least.length >> 1; piece > 0; piece >>= 1) {
    for (let at = 0; at < least.length && tries < MOST_TRIES;) {
      const smaller = Buffer.concat([least.subarray(0, at), least.subarray(at + piece)]);
      tries += 1;
      if (await showsTheSame(smaller)) least = smaller;
      else at += piece;
    }
  }
  return least;
}
