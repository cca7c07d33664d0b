/**
 * How many bytes may be looked at in vain for each that is taken. Recordings that were damaged need some; what is made of heads
 * of frames that are none, each of which would have megabytes searched for its end, runs out of it.
 */
const LOOKS_A_BYTE = 8;

/** What there is to begin with, bytes: as much as three of the largest frames. */
const AT_FIRST = 8 * 2 ** 20;

/** Bounds what is searched in vain, so that reading a stream takes time in proportion to its bytes. */
export interface SearchCredit {
  /** Whether that many bytes may still be searched, being at this place of the stream. */
  readonly allows: (bytes: number, position: number) => boolean;
  /** Notes that so many were searched in vain. */
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
