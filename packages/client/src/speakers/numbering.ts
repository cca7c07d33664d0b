/**
 * Which number of the server means whom on the transcriber's side. A session that does not know the speakers of earlier ones
 * counts from 0 again, so whoever it hears gets a number of their own, until a person says who it is.
 */
export interface Numbering {
  /** The own number of somebody who is `number` on the server. */
  readonly ownOf: (number: number) => number;
  /** The number on the server of somebody, if there is one. */
  readonly numberOf: (own: number) => number | undefined;
  /** Finds a number on the server for somebody who has none there. */
  readonly introduce: (own: number) => number;
  /** Whoever is `from` is from now on `into`. */
  readonly merge: (from: number, into: number) => void;
}

/** @param first the own number of who is 0 on the server */
export function createNumbering(first: number): Numbering {
  /** Own numbers that counting from `first` does not give, by those of the server. */
  const renumbered = new Map<number, number>();
  /** Numbers of the server that mean somebody. */
  const heard = new Set<number>();

  function numberOf(own: number): number | undefined {
    const usual = own - first;
    if (heard.has(usual) && !renumbered.has(usual)) return usual;
    return [...renumbered].find(([, renamed]) => renamed === own)?.[0];
  }

  return {
    ownOf: (number) => {
      heard.add(number);
      return renumbered.get(number) ?? first + number;
    },
    numberOf,
    introduce: (own) => {
      const usual = own - first;
      const number = usual < 0 || heard.has(usual) ? Math.max(-1, ...heard) + 1 : usual;
      heard.add(number);
      if (number !== usual) renumbered.set(number, own);
      return number;
    },
    merge: (from, into) => {
      for (const number of heard)
        if ((renumbered.get(number) ?? first + number) === from) renumbered.set(number, into);
    },
  };
}
