import type { Share } from '../inference/inference-pool.js';
import { createFairShares } from '../inference/scheduling/fair-shares.js';

/** A window of speech that waits for its embedding. */
export interface WaitingWindow {
  /** Whose window it is, see `Share`; the stream is its narrowest group. */
  readonly path: Share;
  /** Until when it may wait for others to come, by the clock of `performance`, milliseconds. */
  readonly due: number;
}

/** Windows that wait: streams take turns, and so do shares. */
export interface WaitingWindows<Window extends WaitingWindow> {
  readonly count: number;
  /** When the first of them is due; infinite if none waits. */
  readonly firstDue: number;
  /**
   * Adds a window. If too many wait then, the oldest window of whoever has the most of them is given up: it is returned.
   */
  readonly add: (window: Window) => Window | undefined;
  /** Takes the windows that are next; each is to be reported as done afterwards. */
  readonly take: (most: number) => readonly Window[];
  /** Gives a window up, if it waits. */
  readonly remove: (window: Window) => void;
  /** A window that was taken is embedded, or never will be. */
  readonly done: (window: Window) => void;
}

/** None waits yet, and no more than `most` ever will. */
export function createWaitingWindows<Window extends WaitingWindow>(most: number): WaitingWindows<Window> {
  const shares = createFairShares();
  const windows = new Set<Window>();

  const remove = (window: Window) => {
    if (windows.delete(window)) shares.leave(window.path);
  };

  return {
    get count() {
      return windows.size;
    },
    get firstDue() {
      let first = Infinity;
      for (const { due } of windows) first = Math.min(first, due);
      return first;
    },
    add(window) {
      windows.add(window);
      shares.enter(window.path);
      if (windows.size <= most) return undefined;
      const givenUp = oldestOfMost(windows);
      if (givenUp) remove(givenUp);
      return givenUp;
    },
    take(count) {
      const taken: Window[] = [];
      while (taken.length < count && windows.size > 0) {
        const next = [...windows].reduce((first, window) =>
          shares.compare(window.path, first.path) < 0 ? window : first,
        );
        windows.delete(next);
        shares.begin(next.path, 1);
        taken.push(next);
      }
      return taken;
    },
    remove,
    done(window) {
      shares.end(window.path, 0);
    },
  };
}

/** The oldest window of the stream that has the most, in the share that has the most. */
function oldestOfMost<Window extends WaitingWindow>(windows: ReadonlySet<Window>): Window | undefined {
  const ofShare = largest(windows, ({ path }) => path.slice(0, -1).join('\n'));
  const [oldest] = largest(ofShare, ({ path }) => path.at(-1) ?? '');
  return oldest;
}

/** The windows of the largest group, in the order that they came. */
function largest<Window>(windows: Iterable<Window>, groupOf: (window: Window) => string): readonly Window[] {
  const groups = new Map<string, Window[]>();
  for (const window of windows) {
    const name = groupOf(window);
    const group = groups.get(name);
    if (group) group.push(window);
    else groups.set(name, [window]);
  }
  return [...groups.values()].reduce<readonly Window[]>(
    (most, group) => (group.length > most.length ? group : most),
    [],
  );
}
