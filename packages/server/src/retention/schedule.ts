import { SERVER_ITSELF } from '../audit/audit-event.js';
import type { Config } from '../config/schema.js';
import type { Storage } from '../storage/open-storage.js';
import type { Log } from '../telemetry/log.js';
import { expireRecords } from './expire.js';
import { parsePolicies } from './policies.js';

/** How often a server looks for records whose retention period is over, milliseconds. */
const INTERVAL_MS = 60 * 60 * 1000;

/**
 * Destroys records whose retention period is over, now and every hour, if there is a policy. Returns a function that
 * ends this.
 */
export function scheduleRetention(config: Config, storage: Storage, log: Log): () => void {
  const policies = parsePolicies(config.retention);
  if (policies.isEmpty) return () => undefined;
  const actor = { who: SERVER_ITSELF, from: undefined };
  const run = async (): Promise<void> => {
    try {
      const { destroyed } = await expireRecords(storage, policies, { actor, dryRun: false });
      if (destroyed.length > 0) log.info('records destroyed', { count: destroyed.length });
    } catch (error) {
      log.error('records whose time is over could not be destroyed', {
        errorName: error instanceof Error ? error.name : 'unknown',
      });
      await storage.audit
        .append({ action: 'retention.failed', outcome: 'failure', ...actor, what: undefined })
        .catch(() => undefined);
    }
  };
  void run();
  const timer = setInterval(() => void run(), INTERVAL_MS).unref();
  return () => {
    clearInterval(timer);
  };
}
