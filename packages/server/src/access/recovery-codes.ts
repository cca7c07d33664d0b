import { randomInt } from 'node:crypto';
import type { Database } from '../db/database.js';
import { digestOf } from './secrets.js';

/** Codes that stand in for an authenticator that is lost, each once. */
export interface RecoveryCodes {
  /** Makes new ones, told this once, in place of all that the user had. */
  readonly renew: (userId: string) => Promise<readonly string[]>;
  /** Uses a code up. Whether the user had it. */
  readonly take: (userId: string, text: string) => Promise<boolean>;
  /** How many the user has left. */
  readonly left: (userId: string) => Promise<number>;
  readonly forget: (userId: string) => Promise<void>;
}

const CODES = 10;

/** Characters that cannot be taken for each other, 5 bits each: 16 of them cannot be guessed, not even from a digest. */
const ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789';
const LENGTH = 16;
const GROUP = 4;

const codePattern = new RegExp(`^[${ALPHABET}]{${LENGTH}}$`);

/** The codes in `database`. */
export function createRecoveryCodes({
  db,
  transaction,
}: Pick<Database, 'db' | 'transaction'>): RecoveryCodes {
  return {
    renew: async (userId) => {
      const codes = Array.from({ length: CODES }, createCode);
      const rows = codes.map((code) => ({ user_id: userId, digest: digestFor(userId, code) }));
      await transaction(async (within) => {
        await within.deleteFrom('recovery_codes').where('user_id', '=', userId).execute();
        await within.insertInto('recovery_codes').values(rows).execute();
      });
      return codes.map(inGroups);
    },
    take: async (userId, text) => {
      const code = text.toLowerCase().replace(/[\s-]/g, '');
      if (!codePattern.test(code)) return false;
      const { numDeletedRows } = await db
        .deleteFrom('recovery_codes')
        .where('digest', '=', digestFor(userId, code))
        .executeTakeFirst();
      return numDeletedRows > 0n;
    },
    left: async (userId) => {
      const { count } = await db
        .selectFrom('recovery_codes')
        .select(({ fn }) => fn.countAll().as('count'))
        .where('user_id', '=', userId)
        .executeTakeFirstOrThrow();
      return Number(count);
    },
    forget: async (userId) => {
      await db.deleteFrom('recovery_codes').where('user_id', '=', userId).execute();
    },
  };
}

function createCode(): string {
  return Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}

function inGroups(code: string): string {
  return code.match(new RegExp(`.{${GROUP}}`, 'g'))?.join('-') ?? code;
}

/** With the user, so that a code opens nobody else's account. */
function digestFor(userId: string, code: string): string {
  return digestOf(`${userId}/${code}`);
}
