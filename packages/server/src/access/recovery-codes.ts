import { randomInt } from 'node:crypto';
import type { Transaction } from 'kysely';
import type { Schema } from '../db/schema.js';
import type { ChangeServices } from './change-services.js';
import { digestOf } from './secrets.js';
import type { UserRow } from './user-rows.js';

/** The part of a user's row that says which codes are left, so that none can be put back or added unnoticed. */
type CodesLeft = Pick<UserRow, 'recovery_digest'>;

/**
 * Codes that stand in for a lost authenticator, each once. The user's row says which of them are left, so it has to be
 * written with every change of them.
 */
export interface RecoveryCodes {
  /** Makes new ones, shown only this once, in place of all that the user had. */
  readonly renewIn: (
    transaction: Transaction<Schema>,
    userId: string,
  ) => Promise<CodesLeft & { readonly codes: readonly string[] }>;
  /** Uses up a code; undefined if the user does not have it. */
  readonly takeIn: (
    transaction: Transaction<Schema>,
    user: Pick<UserRow, 'id' | 'recovery_digest'>,
    text: string,
  ) => Promise<CodesLeft | undefined>;
  /** How many the user has left. */
  readonly left: (userId: string) => Promise<number>;
  readonly forgetIn: (transaction: Transaction<Schema>, userId: string) => Promise<CodesLeft>;
}

const CODES = 10;

/**
 * Characters that cannot be mistaken for each other, 5 bits each: 16 of them cannot be guessed, not even from a
 * digest.
 */
const ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789';
const LENGTH = 16;
const GROUP = 4;

const codePattern = new RegExp(`^[${ALPHABET}]{${LENGTH}}$`);

/** The codes in the database. */
export function createRecoveryCodes({
  database: { db },
  integrity,
}: Pick<ChangeServices, 'database' | 'integrity'>): RecoveryCodes {
  return {
    renewIn: async (transaction, userId) => {
      const codes = Array.from({ length: CODES }, createCode);
      const rows = codes.map((code) => ({ user_id: userId, digest: digestFor(userId, code) }));
      await transaction.deleteFrom('recovery_codes').where('user_id', '=', userId).execute();
      await transaction.insertInto('recovery_codes').values(rows).execute();
      return {
        codes: codes.map(inGroups),
        recovery_digest: recoveryDigest(rows.map(({ digest }) => digest)),
      };
    },
    takeIn: async (transaction, { id, recovery_digest }, text) => {
      const code = text.toLowerCase().replace(/[\s-]/g, '');
      if (!codePattern.test(code) || recovery_digest === null) return undefined;
      const rows = await transaction
        .selectFrom('recovery_codes')
        .select('digest')
        .where('user_id', '=', id)
        .execute();
      const digests = rows.map(({ digest }) => digest);
      if (recoveryDigest(digests) !== recovery_digest) {
        integrity.refused.report({ table: 'recovery_codes', id, refusal: 'altered' });
        return undefined;
      }
      const used = digestFor(id, code);
      if (!digests.includes(used)) return undefined;
      await transaction.deleteFrom('recovery_codes').where('digest', '=', used).execute();
      return { recovery_digest: recoveryDigest(digests.filter((digest) => digest !== used)) };
    },
    left: async (userId) => {
      const { count } = await db
        .selectFrom('recovery_codes')
        .select(({ fn }) => fn.countAll().as('count'))
        .where('user_id', '=', userId)
        .executeTakeFirstOrThrow();
      return Number(count);
    },
    forgetIn: async (transaction, userId) => {
      await transaction.deleteFrom('recovery_codes').where('user_id', '=', userId).execute();
      return { recovery_digest: null };
    },
  };
}

/** The value in a user's row that stands for the codes that are left, by their digests. */
export function recoveryDigest(digests: readonly string[]): string | null {
  return digests.length === 0 ? null : digestOf(JSON.stringify([...digests].sort()));
}

function createCode(): string {
  return Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}

function inGroups(code: string): string {
  return code.match(new RegExp(`.{${GROUP}}`, 'g'))?.join('-') ?? code;
}

/** The digest of a code. It covers the user too, so that a code opens nobody else's account. */
function digestFor(userId: string, code: string): string {
  return digestOf(`${userId}/${code}`);
}
