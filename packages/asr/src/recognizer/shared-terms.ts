import { createHash } from 'node:crypto';
import type { KeyTerm } from '../terms/key-term.js';

/** A list of key terms under a name that follows from what is in it. */
export interface SharedTerms {
  readonly name: string;
  readonly terms: readonly KeyTerm[];
}

/** Lists of key terms in use: streams with the same terms share one, so that processes keep each list once. */
export interface SharedTermLists {
  /** Takes a list into use; none where it is empty. */
  take(terms: readonly KeyTerm[]): SharedTerms | undefined;
  /** Ends one use. */
  release(list: SharedTerms): void;
}

/** `onUnused`: the last stream that used a list has let go of it. */
export function createSharedTermLists(onUnused: (name: string) => void): SharedTermLists {
  const uses = new Map<string, { readonly list: SharedTerms; count: number }>();
  return {
    take(terms) {
      if (terms.length === 0) return undefined;
      const name = createHash('sha256').update(JSON.stringify(terms)).digest('base64url');
      const use = uses.get(name) ?? { list: { name, terms }, count: 0 };
      use.count++;
      uses.set(name, use);
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
