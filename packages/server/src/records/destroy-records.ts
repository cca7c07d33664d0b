import type { AuditAction } from '../audit/audit-event.js';
import { WRITE_PATIENCE } from '../db/commit-queue.js';
import { RequestError } from '../errors.js';
import { scrub } from '../db/scrub.js';
import { destroyRows } from './destroy-rows.js';
import type { KeyCopies } from './key-copies/key-copies.js';
import { recordEvent } from './record-events.js';
import type { RecordServices } from './record-services.js';
import type { Actor } from './record.js';
import type { SessionRow } from './session-rows.js';
import { requireSession } from './whole-record.js';

/** What records are destroyed with. */
export interface DestroyingServices extends RecordServices {
  readonly keyCopies: Pick<KeyCopies, 'whileDestroying'>;
  /** Whether a session goes on in this process. */
  readonly isOpen: (id: string) => boolean;
}

/** Why records are destroyed: somebody asks for it, or the time for which they are kept is over. */
export type DestroyAction = Extract<AuditAction, 'record.delete' | 'retention.destroy'>;

/** Sessions that are destroyed in one transaction. */
const DESTROYED_TOGETHER = 50;

/**
 * Destroys keys and rows of sessions, with a certificate for each in the audit log, and scrubs them from the database.
 * Resolves with the sessions that were destroyed: all of them, except that a retention policy skips those with forged rows.
 */
export async function destroyRecords(
  services: DestroyingServices,
  wanted: readonly string[],
  actor: Actor,
  action: DestroyAction,
): Promise<readonly string[]> {
  const ids: string[] = [];
  for (const id of wanted) if (await isDestructible(services, id, action)) ids.push(id);
  const commit = async (): Promise<void> => {
    for (let from = 0; from < ids.length; from += DESTROYED_TOGETHER)
      await destroySome(services, ids.slice(from, from + DESTROYED_TOGETHER), actor, action);
  };
  try {
    await services.keyCopies.whileDestroying(ids, commit);
    return ids;
  } catch (error) {
    if (error instanceof RequestError && error.code === 'key_copy_unavailable')
      await noteUndone(services, ids, actor, action);
    throw error;
  } finally {
    await scrub(services.database);
  }
}

/**
 * Throws the reason why a record must not be destroyed. If the reason is a forged row, a retention policy only skips the
 * record: false.
 */
async function isDestructible(
  services: DestroyingServices,
  id: string,
  action: DestroyAction,
): Promise<boolean> {
  try {
    const { row } = await requireSession(services.rows, id);
    requireNotHeld(services, row);
    if (services.isOpen(id) || row.ended_at === null) throw new RequestError('record_open');
    return true;
  } catch (error) {
    const isForged = error instanceof RequestError && error.code === 'record_damaged';
    if (isForged && action === 'retention.destroy') return false;
    throw error;
  }
}

function destroySome(
  services: DestroyingServices,
  ids: readonly string[],
  actor: Actor,
  action: DestroyAction,
): Promise<void> {
  const { queue, rows, audit } = services;
  return queue.submit(async (transaction) => {
    for (const id of ids) {
      // The record may have been put on hold meanwhile, or its session may go on after all.
      const { row } = await rows.readIn(transaction, id);
      requireNotHeld(services, row);
      if (row.ended_at === null) throw new RequestError('record_open');
      const counts = await destroyRows(transaction, id);
      await audit.appendIn(transaction, { ...recordEvent(action, actor, id), counts });
    }
  }, WRITE_PATIENCE);
}

/** Looks at the row, and at the audit log, from which no hold can be removed unnoticed. */
function requireNotHeld({ integrity }: DestroyingServices, { id, held }: SessionRow): void {
  if (held === 1) throw new RequestError('record_on_hold');
  if (!integrity.revisions.isHeld(id)) return;
  integrity.refused.report({ table: 'sessions', id, refusal: 'replayed' });
  throw new RequestError('record_on_hold');
}

/** Logs that the records were to be destroyed and that some keys are left. */
async function noteUndone(
  { audit }: DestroyingServices,
  ids: readonly string[],
  actor: Actor,
  action: DestroyAction,
): Promise<void> {
  const [only, ...others] = ids;
  const event = recordEvent(action, actor, others.length === 0 ? only : undefined);
  const counts = { records: ids.length };
  await audit
    .append({ ...event, outcome: 'failure', reason: 'key_copy_unavailable', counts })
    .catch(() => undefined);
}
