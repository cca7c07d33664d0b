import type { ExpressionBuilder, Transaction } from 'kysely';
import { WRITE_PATIENCE } from '../db/commit-queue.js';
import type { Database } from '../db/database.js';
import type { Schema } from '../db/schema.js';
import { scrub } from '../db/scrub.js';
import { RequestError } from '../errors.js';
import type { MasterKeys } from '../records/master-keys.js';
import { rewrapRows } from '../records/rewrap-rows.js';
import type { AuditedBy } from './access-audit.js';
import type { ChangeServices } from './change-services.js';
import { destroyVoiceIn, type VoiceOwner } from './destroy-voice.js';
import { openVoice, sealVoice, type EnrolledVoiceRow, type VoiceSecret } from './voice-seal.js';

/** What may be shown of an enrolled voice. */
export interface EnrolledVoice {
  readonly tenant: string;
  /** Subject of the identity whose voice it is. */
  readonly subject: string;
  readonly enrolledAt: string;
  /** Version of the text that they consented to. */
  readonly consent: string;
  /** Name of the encoder that made it. */
  readonly encoder: string;
}

/** A voice to be kept. */
interface VoiceOrder extends VoiceSecret {
  readonly consent: string;
  readonly encoder: string;
}

/**
 * Voices that people enrolled, of each person one. Each change is in the audit log, in the same transaction. The values of a
 * voice are on disk only encrypted.
 */
export interface EnrolledVoices {
  readonly find: (owner: VoiceOwner) => Promise<EnrolledVoice | undefined>;
  /** Voices of one tenant, or of all. */
  readonly list: (tenant?: string) => Promise<readonly EnrolledVoice[]>;
  /** Keeps a voice in place of the one before. Refused as `credential_expired` if its owner was disabled meanwhile. */
  readonly enrol: (owner: VoiceOwner, order: VoiceOrder, by: AuditedBy) => Promise<EnrolledVoice>;
  /** Deletes a voice for good. Resolves with whether there was one. */
  readonly destroy: (owner: VoiceOwner, by: AuditedBy) => Promise<boolean>;
  /**
   * The voice itself, to be recognised in the session `sessionId`; undefined if there is none that this encoder made, or it
   * cannot be decrypted. What is not in the audit log is not used.
   */
  readonly use: (
    owner: VoiceOwner,
    encoder: string,
    sessionId: string,
    by: AuditedBy,
  ) => Promise<VoiceSecret | undefined>;
}

/** The services that keep voices. */
export interface VoiceServices extends Pick<ChangeServices, 'database' | 'queue' | 'audit'> {
  readonly masterKeys: MasterKeys;
}

/** The voices in the database. */
export function createEnrolledVoices(
  { database, queue, audit, masterKeys }: VoiceServices,
  now: () => Date = () => new Date(),
): EnrolledVoices {
  const rowOf = (owner: VoiceOwner): Promise<EnrolledVoiceRow | undefined> =>
    ownedBy(database.db, owner).executeTakeFirst();

  return {
    find: async (owner) => {
      const row = await rowOf(owner);
      return row && voiceOf(row);
    },
    list: async (tenant) => {
      const all = database.db.selectFrom('enrolled_voices').selectAll().orderBy('tenant').orderBy('owner');
      const rows = await (tenant === undefined ? all : all.where('tenant', '=', tenant)).execute();
      return rows.map(voiceOf);
    },
    enrol: async (owner, { consent, encoder, ...secret }, by) => {
      const enrolled_at = now().toISOString();
      const facts = { tenant: owner.tenant, owner: owner.subject, consent, encoder, enrolled_at };
      const row = { ...facts, ...sealVoice(masterKeys.current(), facts, secret) };
      await queue.submit(async (transaction) => {
        // Whoever was disabled while the recording was heard must not leave a voice behind.
        if (await isGone(transaction, owner)) throw new RequestError('credential_expired');
        await replace(transaction, row);
        await audit.appendIn(transaction, {
          action: 'voice.enrol',
          outcome: 'success',
          ...by,
          what: owner.subject,
          reason: `consent ${consent}`,
        });
      }, WRITE_PATIENCE);
      await scrub(database);
      return voiceOf(row);
    },
    destroy: async (owner, by) => {
      let wasThere = false as boolean;
      await queue.submit(async (transaction) => {
        wasThere = await destroyVoiceIn(transaction, audit, owner, by);
      }, WRITE_PATIENCE);
      if (wasThere) await scrub(database);
      return wasThere;
    },
    use: async (owner, encoder, sessionId, by) => {
      const row = await rowOf(owner);
      const secret = row?.encoder === encoder ? await openIfPossible(masterKeys, row) : undefined;
      if (secret === undefined) return undefined;
      await audit.append({ action: 'voice.use', outcome: 'success', ...by, what: sessionId });
      return secret;
    },
  };
}

/**
 * Encrypts every voice that is still under an older master key with the current one. Those that cannot be decrypted stay.
 * Returns how many there were.
 */
export function rewrapVoices(
  database: Pick<Database, 'transaction' | 'scrub'>,
  masterKeys: MasterKeys,
): Promise<number> {
  return rewrapRows<EnrolledVoiceRow>(database, masterKeys, {
    rowsUnderOthers: (transaction, key, after, most) =>
      transaction
        .selectFrom('enrolled_voices')
        .selectAll()
        .where('master_key_id', '!=', key.id)
        .where(behindVoice(after ?? { tenant: '', owner: '' }))
        .orderBy('tenant')
        .orderBy('owner')
        .limit(most)
        .execute(),
    rewrap: async (transaction, key, row) => {
      const secret = await openIfPossible(masterKeys, row);
      if (secret === undefined) return false;
      await transaction
        .updateTable('enrolled_voices')
        .set(sealVoice(key, row, secret))
        .where('tenant', '=', row.tenant)
        .where('owner', '=', row.owner)
        .where('enrolled_at', '=', row.enrolled_at)
        .execute();
      secret.voice.fill(0);
      return true;
    },
  });
}

/** Where a voice is in the order of the table. */
type VoicePlace = Pick<EnrolledVoiceRow, 'tenant' | 'owner'>;

/** Chooses the voices after this one. */
export function behindVoice({ tenant, owner }: VoicePlace) {
  return (eb: ExpressionBuilder<Schema, 'enrolled_voices'>) =>
    eb.or([eb('tenant', '>', tenant), eb.and([eb('tenant', '=', tenant), eb('owner', '>', owner)])]);
}

/** The content of a voice; undefined if its key is not there, or it was changed. */
export async function openIfPossible(
  masterKeys: Pick<MasterKeys, 'find'>,
  row: EnrolledVoiceRow,
): Promise<VoiceSecret | undefined> {
  const masterKey = await masterKeys.find(row.master_key_id);
  try {
    return masterKey && openVoice(masterKey, row);
  } catch {
    return undefined;
  }
}

async function isGone(transaction: Transaction<Schema>, { subject }: VoiceOwner): Promise<boolean> {
  const [, kind, id = ''] = /^(user|key):(.+)$/u.exec(subject) ?? [];
  if (kind === undefined) return false;
  const row =
    kind === 'user'
      ? await transaction
          .selectFrom('users')
          .select('disabled_at as gone')
          .where('id', '=', id)
          .executeTakeFirst()
      : await transaction
          .selectFrom('api_keys')
          .select('revoked_at as gone')
          .where('id', '=', id)
          .executeTakeFirst();
  return row?.gone !== null;
}

async function replace(transaction: Transaction<Schema>, row: EnrolledVoiceRow): Promise<void> {
  await transaction
    .deleteFrom('enrolled_voices')
    .where('tenant', '=', row.tenant)
    .where('owner', '=', row.owner)
    .execute();
  await transaction.insertInto('enrolled_voices').values(row).execute();
}

function ownedBy(db: Database['db'], { tenant, subject }: VoiceOwner) {
  return db
    .selectFrom('enrolled_voices')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('owner', '=', subject);
}

function voiceOf(row: EnrolledVoiceRow): EnrolledVoice {
  return {
    tenant: row.tenant,
    subject: row.owner,
    enrolledAt: row.enrolled_at,
    consent: row.consent,
    encoder: row.encoder,
  };
}
