/**
 * How many bytes may be searched in vain for each byte that is used. Damaged recordings need some; a file of
 * false frame headers, each of which would have megabytes searched for its end, runs out of it.
 */
const LOOKS_A_BYTE = 8;

/** The initial credit, bytes: as much as three of the largest frames. */
const AT_FIRST = 8 * 2 ** 20;

/** Bounds fruitless search, so that reading a stream takes time in proportion to its bytes. */
export interface SearchCredit {
  /** Whether that many bytes may still be searched at this place in the stream. */
  readonly allows: (bytes: number, position: number) => boolean;
  /** Notes how many bytes were searched in vain. */
  readonly spend: (bytes: number) => void;
}

/** The credit of one stream. */
export function createSearchCredit(): SearchCredit {
  let spent = 0;
  return {
    allows: (bytes, position) => spent + bytes <= AT_FIRST + position * LOOKS_A_BYTE,
    spend: (bytes) => {
      spent += bytes;
    },
  };
}
