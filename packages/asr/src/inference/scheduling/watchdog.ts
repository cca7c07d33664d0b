/** Watches that a process says something from time to time. */
export interface Watchdog {
  /** Notes that the process has said something. */
  heard(): void;
  stop(): void;
}

/** How long a watch waits, and what it does then. */
export interface WatchdogOptions {
  /** How long the process may be silent, seconds. */
  readonly limitSeconds: () => number;
  /** Asks the process to say something. */
  readonly ask: () => void;
  readonly onSilent: () => void;
}

/** Starts a watch. It counts ticks, not time, so that no process seems silent after the machine was suspended. */
export function startWatchdog({ limitSeconds, ask, onSilent }: WatchdogOptions): Watchdog {
  let silentTicks = 0;
  const timer = setInterval(() => {
    silentTicks++;
    if (silentTicks * TICK_MS > limitSeconds() * 1000) onSilent();
    else ask();
  }, TICK_MS);
  return {
    heard() {
      silentTicks = 0;
    },
    stop() {
      clearInterval(timer);
    },
  };
}

const TICK_MS = 500;
