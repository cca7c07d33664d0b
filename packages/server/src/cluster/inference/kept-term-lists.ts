import type { HostedProcess, ToHosted } from '@auscult/asr';
import { LRUCache } from 'lru-cache';

type KeyTermList = Extract<ToHosted, { readonly type: 'terms' }>['list'];

/** The lists of key terms that a machine was sent, each kept once for all servers and processes. */
export interface KeptTermLists {
  /** Keeps a list for a link, by its number. */
  keep(link: number, list: KeyTermList): void;
  /** Tells a process the lists that it lacks of these; false if one of them is not kept. */
  tell(process: number, names: readonly string[]): boolean;
  /** A link no longer uses a list. */
  release(link: number, name: string): void;
  /** A link has ended. */
  releaseAll(link: number): void;
  /** A process was started anew, and has no lists. */
  forgetProcess(process: number): void;
}

/** Keeps nothing yet. A list that nobody uses any more is freed by the processes of `processes`. */
export function createKeptTermLists(processes: () => readonly HostedProcess[]): KeptTermLists {
  const told = new Map<number, Set<string>>();
  const kept = new LRUCache<string, KeptList>({
    maxSize: MOST_BYTES,
    sizeCalculation: ({ list }) => list.json.length + 1,
    dispose: (_, name) => {
      for (const [process, names] of told)
        if (names.delete(name)) processes()[process]?.send({ type: 'forget-terms', name });
    },
  });

  const release = (link: number, name: string) => {
    const found = kept.peek(name);
    if (found?.links.delete(link) === true && found.links.size === 0) kept.delete(name);
  };

  return {
    keep(link, list) {
      const found = kept.get(list.name);
      if (found) found.links.add(link);
      else kept.set(list.name, { list, links: new Set([link]) });
    },
    tell(process, names) {
      const lists = names.flatMap((name) => kept.get(name)?.list ?? []);
      if (lists.length < names.length) return false;
      const known = told.get(process) ?? new Set();
      told.set(process, known);
      for (const list of lists.filter(({ name }) => !known.has(name))) {
        known.add(list.name);
        processes()[process]?.send({ type: 'terms', list });
      }
      return true;
    },
    release,
    releaseAll(link) {
      for (const name of [...kept.keys()]) release(link, name);
    },
    forgetProcess(process) {
      told.delete(process);
    },
  };
}

interface KeptList {
  readonly list: KeyTermList;
  readonly links: Set<number>;
}

/** Characters of all lists together: forty of the longest. */
const MOST_BYTES = 200_000_000;
