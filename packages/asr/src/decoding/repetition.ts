/** How often a phrase must stand in a row to be a decoder's loop and no emphasis, by its length in tokens. */
const LOOP_COUNT = { singleToken: 8, phrase: 4 } as const;

const LONGEST_PHRASE = 12;

/**
 * The length of the tail that only repeats what stands before it: the decoder is stuck in a loop.
 * 0 where there is none. One copy of the phrase does not count to the tail.
 */
export function repeatedTail(tokens: readonly number[]): number {
  for (let length = 1; length <= LONGEST_PHRASE; length++) {
    const copies = copiesAtEnd(tokens, length);
    if (copies >= (length === 1 ? LOOP_COUNT.singleToken : LOOP_COUNT.phrase)) return (copies - 1) * length;
  }
  return 0;
}

function copiesAtEnd(tokens: readonly number[], length: number): number {
  let matched = 0;
  while (matched < tokens.length - length && tokens.at(-1 - matched) === tokens.at(-1 - matched - length))
    matched++;
  return Math.floor(matched / length) + 1;
}
