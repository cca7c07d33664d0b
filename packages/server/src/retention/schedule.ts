import { SERVER_ITSELF } from '../audit/audit-event.js';
import { destroyExpiredVoices } from '../access/expired-voices.js';
import { WRITE_PATIENCE } from '../db/commit-queue.js';
import { scrub } from '../db/scrub.js';
import { destroyExpiredTemplatesIn } from '../templates/destroy-templates.js';
import type { Config } from '../config/schema.js';
import type { Storage } from '../storage/open-storage.js';
import type { Log } from '../telemetry/log.js';
import { expireRecords } from './expire.js';
import { parsePolicies } from './policies.js';

/** How often a server looks for what has to be destroyed, milliseconds. */
const INTERVAL_MS = 60 * 60 * 1000;

/**
 * Destroys voices whose key has expired and, if there is a policy, records whose retention period is over, now and every hour.
 * Returns a function that ends this.
 */
export function scheduleRetention(config: Config, storage: Storage, log: Log): () => void {
  const policies = parsePolicies(config.retention);
  const actor = { who: SERVER_ITSELF, from: undefined };
  const attempt = async (work: () => Promise<void>, failure: string): Promise<void> => {
    try {
      await work();
    } catch (error) {
      log.error(failure, { errorName: error instanceof Error ? error.name : 'unknown' });
      await storage.audit
        .append({ action: 'retention.failed', outcome: 'failure', ...actor, what: undefined })
        .catch(() => undefined);
    }
  };
  const destroyVoices = async (): Promise<void> => {
    const destroyed = await destroyExpiredVoices(storage, actor, new Date());
    if (destroyed.length > 0) log.info('voices destroyed', { count: destroyed.length });
  };
  const destroyTemplates = async (): Promise<void> => {
    let count = 0;
    await storage.queue.submit(async (transaction) => {
      count = await destroyExpiredTemplatesIn(transaction, storage.audit, actor, new Date());
    }, WRITE_PATIENCE);
    if (count === 0) return;
    await scrub(storage.database);
    log.info('templates destroyed', { count });
  };
  const destroyRecords = async (): Promise<void> => {
    const { destroyed } = await expireRecords(storage, policies, { actor, dryRun: false });
    if (destroyed.length > 0) log.info('records destroyed', { count: destroyed.length });
  };
  const run = async (): Promise<void> => {
    await attempt(destroyVoices, 'voices whose key has expired could not be destroyed');
    await attempt(destroyTemplates, 'templates whose key has expired could not be destroyed');
    if (!policies.isEmpty) await attempt(destroyRecords, 'records whose time is over could not be destroyed');
  };
  void run();
  const timer = setInterval(() => void run(), INTERVAL_MS).unref();
  return () => {
    clearInterval(timer);
  };
}
