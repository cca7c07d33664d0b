/** How long finals took of late. */
export interface FinalDelays {
  add(seconds: number): void;
  /** The 95th percentile over the last half minute, seconds; 0 without any. */
  recentP95(): number;
}

const MEMORY_MS = 30_000;

/** Bounds memory and sorting whatever the load. */
const MAX_DELAYS = 200;

/** Makes an empty record. */
export function createFinalDelays(now: () => number = () => performance.now()): FinalDelays {
  const delays: { readonly at: number; readonly seconds: number }[] = [];
  return {
    add(seconds) {
      delays.push({ at: now(), seconds });
      if (delays.length > MAX_DELAYS) delays.shift();
    },
    recentP95() {
      const since = now() - MEMORY_MS;
      while (delays[0] && delays[0].at < since) delays.shift();
      const sorted = delays.map((delay) => delay.seconds).sort((a, b) => a - b);
      return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.95))] ?? 0;
    },
  };
}
