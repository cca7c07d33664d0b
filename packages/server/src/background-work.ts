import type { Config } from './config/schema.js';
import { leaseSessions, type SessionLease } from './records/session-lease.js';
import type { Recovery } from './recovery/recovery.js';
import { scheduleRetention } from './retention/schedule.js';
import { keepKeysCurrent, type Storage } from './storage/open-storage.js';
import type { Log } from './telemetry/log.js';
import { scheduleVerification, type Verification } from './verify/schedule.js';

/** What a server does with what it keeps, from its start to its end, besides what it is asked for. */
export interface BackgroundWork {
  /** Also takes the sessions of this server as its own. */
  readonly start: () => Promise<void>;
  /** Undefined before the start. */
  readonly verification: () => Verification | undefined;
  readonly stop: () => void;
  /** Gives up the sessions of this server. */
  readonly release: () => Promise<void>;
}

/** Starts nothing yet. */
export function createBackgroundWork(
  config: Config,
  storage: Storage,
  recovery: Recovery | undefined,
  log: Log,
): BackgroundWork {
  let lease: SessionLease | undefined;
  let verification: Verification | undefined;
  let stops: readonly (() => void)[] = [];

  return {
    start: async () => {
      // A deletion that a crash interrupted is finished before anybody is answered. If that fails, it is logged and
      // tried again.
      await storage.keyCopies.settle().catch(() => undefined);
      lease = await leaseSessions({ ...storage, recovery }, log);
      verification = scheduleVerification(config, storage, log);
      stops = [
        storage.keyCopies.attend(),
        keepKeysCurrent(storage, log),
        scheduleRetention(config, storage, log),
        verification.stop,
        ...(recovery ? [recovery.stop] : []),
      ];
    },
    verification: () => verification,
    stop: () => {
      for (const stop of stops) stop();
    },
    release: async () => {
      await lease?.release();
    },
  };
}
