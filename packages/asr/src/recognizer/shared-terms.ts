import { listKeyTerms, type KeyTermList } from '../terms/key-term-list.js';
import type { KeyTerm } from '../terms/key-term.js';

/** Lists of key terms in use: streams with the same terms share one, so that processes keep each list once. */
export interface SharedTermLists {
  /** Takes a list into use; returns undefined if it is empty. */
  take(terms: readonly KeyTerm[] | KeyTermList): KeyTermList | undefined;
  /** Ends one use. */
  release(list: KeyTermList): void;
}

/** Makes an empty set of lists. `onUnused` is called when the last stream that used a list has released it. */
export function createSharedTermLists(onUnused: (name: string) => void): SharedTermLists {
  const uses = new Map<string, { readonly list: KeyTermList; count: number }>();
  return {
    take(terms) {
      const given = 'json' in terms ? terms : listKeyTerms(terms);
      if (given.count === 0) return undefined;
      const use = uses.get(given.name) ?? { list: given, count: 0 };
      use.count++;
      uses.set(given.name, use);
      return use.list;
    },
    release({ name }) {
      const use = uses.get(name);
      if (!use || --use.count > 0) return;
      uses.delete(name);
      onUnused(name);
    },
  };
}
