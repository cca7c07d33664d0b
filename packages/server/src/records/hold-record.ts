import { WRITE_PATIENCE } from '../db/commit-queue.js';
import { changeRecord } from './change-record.js';
import { recordEvent } from './record-events.js';
import type { RecordServices } from './record-services.js';
import type { Actor } from './record.js';
import { requireSession } from './whole-record.js';

/** Puts a session under legal hold, or releases it. */
export async function holdRecord(
  services: RecordServices,
  id: string,
  held: boolean,
  actor: Actor,
): Promise<void> {
  const { rows, audit, integrity } = services;
  await requireSession(rows, id);
  await changeRecord(
    services,
    id,
    async (transaction) => {
      const session = await rows.readIn(transaction, id);
      const revision = await rows.changeIn(transaction, session, { held: held ? 1 : 0 });
      await audit.appendIn(transaction, {
        ...recordEvent(held ? 'record.hold' : 'record.release', actor, id),
        counts: { revision },
      });
      return revision;
    },
    WRITE_PATIENCE,
  );
  integrity.revisions.noteHeld(id, held);
}
