import type { Share } from '../inference-pool.js';

/**
 * Divides processing time evenly between the shares that want it, at each level of their paths, by start-time fair queueing
 * (Goyal, Vin and Cheng 1996). Of two shares that always have jobs waiting, neither gets less than the other by more than
 * the longest job of each together. No share is compensated for time in which it wanted nothing.
 */
export interface FairShares {
  /** Notes that a job of `share` waits from now on. */
  enter(share: Share): void;
  /** Notes that a waiting job is given up. */
  leave(share: Share): void;
  /** Notes that a waiting job begins, and how much time it is expected to take. */
  begin(share: Share, expected: number): void;
  /** Notes that a begun job is over; `difference` is the time it took beyond what was expected, negative if it took less. */
  end(share: Share, difference: number): void;
  /** Negative if `one` is to be served before `other`, 0 if neither is. */
  compare(one: Share, other: Share): number;
}

interface Level {
  /** Where its latest work ends, in the virtual time of the level above. */
  ends: number;
  /** The virtual time of the levels below. */
  now: number;
  /** Waiting jobs of all levels below. */
  waiting: number;
  readonly below: Map<string, Level>;
}

/** Nobody has used anything yet. */
export function createFairShares(): FairShares {
  let root = newLevel();
  let atWork = 0;

  /** The levels along a path, each with the one above it. */
  const path = function* (share: Share): Generator<{ readonly above: Level; readonly level: Level }> {
    let above = root;
    for (const name of share) {
      let level = above.below.get(name);
      if (!level) above.below.set(name, (level = newLevel()));
      yield { above, level };
      above = level;
    }
  };

  const count = (share: Share, change: number) => {
    root.waiting += change;
    for (const { above, level } of path(share)) {
      level.waiting += change;
      if (above.below.size > MOST_REMEMBERED) forgetIdle(above);
    }
  };

  return {
    enter: (share) => {
      count(share, 1);
    },
    leave: (share) => {
      count(share, -1);
    },
    begin(share, expected) {
      for (const { above, level } of path(share)) {
        const start = startOf(level, above);
        above.now = Math.max(above.now, Math.min(start, ...startsOfWaiting(above)));
        level.ends = start + expected;
      }
      count(share, -1);
      atWork++;
    },
    end(share, difference) {
      for (const { above, level } of path(share)) level.ends = Math.max(above.now, level.ends + difference);
      atWork--;
      // Nobody had to wait, so nobody owes anybody time.
      if (atWork === 0 && root.waiting === 0) root = newLevel();
    },
    compare(one, other) {
      let above: Level | undefined = root;
      for (let depth = 0; above && depth < Math.max(one.length, other.length); depth++) {
        const [name, otherName] = [one[depth] ?? '', other[depth] ?? ''];
        const level: Level | undefined = above.below.get(name);
        if (name !== otherName) return startOf(level, above) - startOf(above.below.get(otherName), above);
        above = level;
      }
      return 0;
    },
  };
}

/** Shares of one level that may be remembered; beyond that, those without waiting jobs are forgotten. */
const MOST_REMEMBERED = 1_000;

function newLevel(): Level {
  return { ends: 0, now: 0, waiting: 0, below: new Map() };
}

function startOf(level: Level | undefined, above: Level): number {
  return Math.max(above.now, level?.ends ?? 0);
}

function startsOfWaiting(above: Level): number[] {
  return [...above.below.values()].flatMap((level) => (level.waiting > 0 ? startOf(level, above) : []));
}

function forgetIdle(above: Level): void {
  for (const [name, { waiting }] of above.below) if (waiting === 0) above.below.delete(name);
}
