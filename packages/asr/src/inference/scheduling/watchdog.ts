/** Watches that a process says something from time to time. */
export interface Watchdog {
  /** Something was said. */
  heard(): void;
  stop(): void;
}

/** What a watchdog does. */
export interface WatchdogOptions {
  /** How long nothing may be said, seconds. */
  readonly limitSeconds: () => number;
  /** Asks for a word. */
  readonly ask: () => void;
  readonly onSilent: () => void;
}

/** Starts a watchdog. It counts ticks and not time: a suspended machine must not find its workers guilty. */
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
