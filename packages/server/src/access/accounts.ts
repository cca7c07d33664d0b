import type { Transaction } from 'kysely';
import { WRITE_PATIENCE } from '../db/commit-queue.js';
import type { Schema } from '../db/schema.js';
import { RequestError } from '../errors.js';
import type { AccessAuditAction, AuditedBy } from './access-audit.js';
import { createCodeSecrets } from './code-secrets.js';
import { codeSetup, createCodeSecret, secretText, stepOfCode } from './one-time-codes.js';
import { createUserRows, type UserRow, type UserRows } from './user-rows.js';
import type { UserServices } from './user-services.js';

/** An authenticator that is not in use yet, shown once. */
interface AuthenticatorOffer {
  /** Base32, to be typed in. */
  readonly secret: string;
  /** The same for a QR code: `otpauth://totp/…`. */
  readonly codeSetup: string;
}

/** Who changes their account, and what else is done in the same transaction. */
interface AccountChange {
  readonly by: AuditedBy;
  /** Ends the logins in other browsers, which are those of earlier epochs. */
  readonly endLogins?: (transaction: Transaction<Schema>, loginEpoch: number) => Promise<void>;
}

/**
 * What people change about their own accounts: password, authenticator and recovery codes. Each change is in the
 * audit log, in the same transaction. A user who no longer exists is refused as `account_not_found`.
 */
export interface Accounts {
  readonly isPassword: (userId: string, password: string) => Promise<boolean>;
  readonly setPassword: (userId: string, password: string, change: AccountChange) => Promise<void>;
  /** Makes new recovery codes, shown only this once, in place of the old ones. */
  readonly renewRecoveryCodes: (userId: string, change: AccountChange) => Promise<readonly string[]>;
  /** Offers a new authenticator. The old one counts until a code of the new one arrives, within ten minutes. */
  readonly offerAuthenticator: (userId: string, name: string) => AuthenticatorOffer;
  /** Tries `code` for the offered authenticator. */
  readonly tryAuthenticator: (userId: string, code: string) => AuthenticatorTrial;
}

type AuthenticatorTrial =
  | { readonly kind: 'not-offered' }
  | { readonly kind: 'wrong' }
  /** `accept` puts it in place of the old one and gives new recovery codes, shown only this once. */
  | { readonly kind: 'right'; readonly accept: (change: AccountChange) => Promise<readonly string[]> };

const OFFER_MS = 600_000;

interface Offer {
  readonly secret: Buffer;
  readonly until: number;
}

/**
 * The accounts of the users in the database. Offers are held in memory: one that is open when the server ends has to
 * be made again.
 */
export function createAccounts(services: UserServices): Accounts {
  const { passwords, recoveryCodes, seal, now = () => new Date() } = services;
  const secrets = createCodeSecrets(seal);
  const rows = createUserRows(services);
  const changing = createChanging(services, rows);
  const offers = createOffers(now);

  const accept = async (
    userId: string,
    { secret }: Offer,
    step: number,
    change: AccountChange,
  ): Promise<readonly string[]> => {
    offers.forget(userId);
    let told: readonly string[] = [];
    await changing(userId, 'account.authenticator', change, async (transaction) => {
      const { codes, recovery_digest } = await recoveryCodes.renewIn(transaction, userId);
      told = codes;
      return { code_secret: secrets.close(secret, userId), last_code_step: step, recovery_digest };
    });
    return told;
  };

  return {
    isPassword: async (userId, password) =>
      passwords.verify((await rows.find(userId))?.password_hash, password),
    setPassword: async (userId, password, change) => {
      const password_hash = await passwords.hash(password);
      await changing(userId, 'account.password', change, () => Promise.resolve({ password_hash }));
    },
    renewRecoveryCodes: async (userId, change) => {
      let told: readonly string[] = [];
      await changing(userId, 'account.recovery-codes', change, async (transaction) => {
        const { codes, recovery_digest } = await recoveryCodes.renewIn(transaction, userId);
        told = codes;
        return { recovery_digest };
      });
      return told;
    },
    offerAuthenticator: (userId, name) => {
      const { secret } = offers.make(userId);
      return { secret: secretText(secret), codeSetup: codeSetup(secret, name) };
    },
    tryAuthenticator: (userId, code) => {
      const offer = offers.of(userId);
      if (offer === undefined) return { kind: 'not-offered' };
      const step = stepOfCode(offer.secret, code, now());
      if (step === undefined) return { kind: 'wrong' };
      return { kind: 'right', accept: (change) => accept(userId, offer, step, change) };
    },
  };
}

/** Changes the row of a user, in one transaction with the entry about it in the audit log. */
type Changing = (
  userId: string,
  action: Extract<AccessAuditAction, `account.${string}`>,
  change: AccountChange,
  work: (transaction: Transaction<Schema>) => Promise<Parameters<UserRows['changeIn']>[2]>,
) => Promise<void>;

function createChanging({ queue, audit }: Pick<UserServices, 'queue' | 'audit'>, rows: UserRows): Changing {
  return async (userId, action, { by, endLogins }, work) => {
    let changed: UserRow | undefined;
    await queue.submit(async (transaction) => {
      changed = undefined;
      const row = await rows.readIn(transaction, userId);
      if (row === undefined) throw new RequestError('account_not_found');
      const login_epoch = row.login_epoch + (endLogins === undefined ? 0 : 1);
      changed = await rows.changeIn(transaction, row, { ...(await work(transaction)), login_epoch });
      await endLogins?.(transaction, login_epoch);
      const counts = { userRevision: changed.revision };
      const what = `user:${userId}`;
      await audit.appendIn(transaction, { action, outcome: 'success', ...by, what, counts });
    }, WRITE_PATIENCE);
    if (changed !== undefined) rows.committed(changed);
  };
}

/** The authenticators that are offered, of each user the last one. */
interface Offers {
  readonly make: (userId: string) => Offer;
  readonly of: (userId: string) => Offer | undefined;
  readonly forget: (userId: string) => void;
}

function createOffers(now: () => Date): Offers {
  const offers = new Map<string, Offer>();

  const forgetExpired = (): void => {
    for (const [userId, { until }] of offers) if (until <= now().getTime()) offers.delete(userId);
  };

  return {
    make: (userId) => {
      forgetExpired();
      const offer = { secret: createCodeSecret(), until: now().getTime() + OFFER_MS };
      offers.set(userId, offer);
      return offer;
    },
    of: (userId) => {
      forgetExpired();
      return offers.get(userId);
    },
    forget: (userId) => {
      offers.delete(userId);
    },
  };
}
