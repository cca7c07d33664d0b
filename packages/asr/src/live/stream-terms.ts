import type { KeyTermList } from '../terms/key-term-list.js';
import type { KeyTerm } from '../terms/key-term.js';

/** The key terms of one stream, which may be replaced while it goes on. */
export interface StreamTerms {
  /** Undefined if there are none. */
  readonly current: () => KeyTermList | undefined;
  /** Replaces the terms when the stream has `takenSeconds` of audio. */
  readonly replace: (terms: readonly KeyTerm[] | KeyTermList, takenSeconds: number) => void;
  /** Notes that nothing before this moment will be heard again, so that its terms can be released. */
  readonly settled: (seconds: number) => void;
  readonly close: () => void;
}

/** Lists that are kept while earlier audio may still be heard with them. */
const MOST_FORMER = 8;

/** Starts with the terms of the stream's options. `lists` keeps those in use. */
export function createStreamTerms(
  lists: TermListsInUse,
  terms: readonly KeyTerm[] | KeyTermList,
): StreamTerms {
  let current = lists.take(terms);
  let former: readonly FormerList[] = [];

  const keep = (kept: readonly FormerList[]): void => {
    for (const one of former) if (!kept.includes(one)) lists.release(one.list);
    former = kept;
  };

  return {
    current: () => current,
    replace: (next, takenSeconds) => {
      if (current !== undefined) former = [...former, { list: current, until: takenSeconds }];
      keep(former.slice(-MOST_FORMER));
      current = lists.take(next);
    },
    settled: (seconds) => {
      if (former.length > 0) keep(former.filter(({ until }) => until > seconds));
    },
    close: () => {
      keep([]);
      if (current !== undefined) lists.release(current);
    },
  };
}

/** The lists of all streams, which share those that are equal. */
interface TermListsInUse {
  /** Takes a list into use; returns undefined if it is empty. */
  take(terms: readonly KeyTerm[] | KeyTermList): KeyTermList | undefined;
  /** Ends one use. */
  release(list: KeyTermList): void;
}

/** A list that was replaced when so much audio had been taken. */
interface FormerList {
  readonly list: KeyTermList;
  readonly until: number;
}
