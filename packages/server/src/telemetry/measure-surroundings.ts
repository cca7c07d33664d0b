import type { Registry } from 'prom-client';
import { expiriesOfKeys } from '../access/api-key-expiry.js';
import type { Config } from '../config/schema.js';
import type { Storage } from '../storage/open-storage.js';
import { measureDatabase } from './database-metrics.js';
import { measureDisks } from './disk-metrics.js';
import { measureExpiry, measureKeyExpiry } from './expiry-metrics.js';

/** Adds metrics of what a server depends on and somebody has to keep in order: database, disks, certificates and keys. */
export function measureSurroundings(
  registry: Registry,
  config: Config,
  { database, queue }: Pick<Storage, 'database' | 'queue'>,
): void {
  measureDatabase(registry, queue.isWriting);
  measureDisks(registry, config);
  measureExpiry(registry, config);
  measureKeyExpiry(registry, () => expiriesOfKeys(database));
}
