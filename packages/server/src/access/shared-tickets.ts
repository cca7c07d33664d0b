import { createHash, hkdfSync } from 'node:crypto';
import { sql, type Transaction } from 'kysely';
import { WRITE_PATIENCE, type CommitQueue } from '../db/commit-queue.js';
import type { Database } from '../db/database.js';
import type { Schema } from '../db/schema.js';
import { secondsNow } from '../db/seconds-now.js';
import type { MasterKey, MasterKeys } from '../records/master-keys.js';
import { KEY_BYTES, openBytes, sealBytes } from '../storage/seal.js';
import { NOT_VALID, type CredentialReference } from './authentication.js';
import { credentialReference, findCredential, type KnownCredentials } from './credential-reference.js';
import type { Identity } from './identity.js';
import {
  isTicket,
  MOST_OF_ONE,
  MOST_TICKETS,
  newTicket,
  TICKET_INVALID,
  TICKET_SECONDS,
  type Tickets,
} from './tickets.js';
import { digestOf } from './secrets.js';

/** What tickets in the database need. */
export interface SharedTicketServices extends KnownCredentials {
  readonly database: Pick<Database, 'kind'>;
  readonly queue: CommitQueue;
  readonly masterKeys: MasterKeys;
}

/**
 * Tickets that every server on the database accepts, each of them once. The database has only their digests; the credential
 * behind a ticket is sealed with a key that is derived from the master key.
 */
export function createSharedTickets(services: SharedTicketServices): Tickets {
  const { database, queue, masterKeys } = services;
  const now = secondsNow(database.kind);

  const write = async <Result>(
    work: (transaction: Transaction<Schema>) => Promise<Result>,
  ): Promise<Result | undefined> => {
    let result: Result | undefined;
    await queue.submit(async (transaction) => {
      result = await work(transaction);
    }, WRITE_PATIENCE);
    return result;
  };

  const hasRoom = async (transaction: Transaction<Schema>, holder: string): Promise<boolean> => {
    await transaction.deleteFrom('tickets').where('expires_at', '<=', now).execute();
    const { all, own } = await transaction
      .selectFrom('tickets')
      .select((eb) => [
        eb.fn.countAll<number | string>().as('all'),
        eb.fn.countAll<number | string>().filterWhere('holder', '=', holder).as('own'),
      ])
      .executeTakeFirstOrThrow();
    return Number(all) < MOST_TICKETS && Number(own) < MOST_OF_ONE;
  };

  return {
    issue: async ({ identity, reference }) => {
      const ticket = newTicket();
      const digest = digestOf(ticket);
      const holder = holderOf(identity);
      const master = masterKeys.current();
      const isKept = await write(async (transaction) => {
        if (!(await hasRoom(transaction, holder))) return false;
        await transaction
          .insertInto('tickets')
          .values({
            digest,
            holder,
            expires_at: sql<number>`${now} + ${TICKET_SECONDS}`,
            master_key_id: master.id,
            sealed: close(master, digest, reference),
          })
          // The answer about this very change was lost with the connection.
          .onConflict((conflict) => conflict.column('digest').doNothing())
          .execute();
        return true;
      });
      return isKept === true ? ticket : undefined;
    },
    redeem: async (ticket) => {
      if (!isTicket(ticket)) return NOT_VALID;
      const digest = digestOf(ticket);
      const row = await write((transaction) =>
        transaction
          .deleteFrom('tickets')
          .where('digest', '=', digest)
          .where('expires_at', '>', now)
          .returning(['master_key_id', 'sealed'])
          .executeTakeFirst(),
      );
      const reference = row && open(masterKeys, digest, row);
      if (reference === undefined) return TICKET_INVALID;
      const found = await findCredential(services, reference);
      return found.ok ? found : TICKET_INVALID;
    },
  };
}

/** Separates the key from all others that are derived from the master key (RFC 5869, 3.2). */
const LABEL = 'auscult tickets v1';

/** Tells the tickets of one identity from those of others. */
function holderOf({ tenant, subject }: Identity): string {
  return createHash('sha256')
    .update(JSON.stringify([tenant, subject]))
    .digest('hex');
}

function close(master: MasterKey, digest: string, reference: CredentialReference): Buffer {
  return sealBytes(keyOf(master), Buffer.from(JSON.stringify(reference)), placeOf(digest));
}

/** Undefined for a row that no server has written. */
function open(
  masterKeys: MasterKeys,
  digest: string,
  { master_key_id, sealed }: { readonly master_key_id: string; readonly sealed: Buffer },
): CredentialReference | undefined {
  const master = masterKeys.all().find(({ id }) => id === master_key_id);
  if (master === undefined) return undefined;
  try {
    return credentialReference.parse(
      JSON.parse(openBytes(keyOf(master), sealed, placeOf(digest)).toString()),
    );
  } catch {
    return undefined;
  }
}

function placeOf(digest: string): Buffer {
  return Buffer.from(`tickets/${digest}`);
}

function keyOf({ bytes }: MasterKey): Buffer {
  return Buffer.from(hkdfSync('sha256', bytes, Buffer.alloc(0), LABEL, KEY_BYTES));
}
