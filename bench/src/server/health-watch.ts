import { performance } from 'node:perf_hooks';
import { setTimeout as elapsed } from 'node:timers/promises';

/** How long a server took to answer that it is alive, seconds. */
export interface HealthWatch {
  /** The longest so far; a pending request counts with the time it has taken until now. */
  readonly slowest: () => number;
  readonly stop: () => Promise<void>;
}

/** Requests `/health/live` repeatedly: whatever blocks the event loop delays its answer. */
export function watchHealth(httpUrl: string): HealthWatch {
  let slowest = 0;
  const over = new AbortController();
  const asking = (async () => {
    while (!over.signal.aborted) {
      const asked = performance.now();
      const response = await fetch(`${httpUrl}/health/live`).catch(() => undefined);
      await response?.arrayBuffer().catch(() => undefined);
      slowest = Math.max(slowest, (performance.now() - asked) / 1000);
      await elapsed(POLL_MS);
    }
  })();
  return {
    slowest: () => slowest,
    stop: async () => {
      over.abort();
      await asking;
    },
  };
}

const POLL_MS = 50;
