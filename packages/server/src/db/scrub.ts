import type { Database } from './database.js';

const AGAIN_MS = 1000;

/** Scrubs the database. It is tried again as long as readers of an older state prevent it. */
export async function scrub(database: Pick<Database, 'scrub'>): Promise<void> {
  const isScrubbed = await database.scrub().catch(() => false);
  if (!isScrubbed) setTimeout(() => void scrub(database), AGAIN_MS).unref();
}
