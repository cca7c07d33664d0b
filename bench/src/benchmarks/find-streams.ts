/**
 * Searches for the highest number that holds: doubles until one fails, then halves the gap. Assumes that what
 * holds for a number holds for every smaller one.
 *
 * @param first number to try first
 * @param limit largest number to try
 * @param holds tries a number
 * @returns 0 if not even one holds
 */
export async function findHighest(
  first: number,
  limit: number,
  holds: (count: number) => Promise<boolean>,
): Promise<number> {
  let held = 0;
  let failed = limit + 1;
  for (let count = Math.min(first, limit); failed - held > 1;) {
    if (await holds(count)) held = count;
    else failed = count;
    count = failed > limit && held > 0 ? Math.min(limit, held * 2) : Math.floor((held + failed) / 2);
  }
  return held;
}
