import type { Database } from '../db/database.js';
import { createCodeSecrets } from './code-secrets.js';
import { codeSetup, createCodeSecret, secretText, stepOfCode } from './one-time-codes.js';
import type { UserServices } from './users.js';

/** An authenticator that is not in use yet, told once. */
interface AuthenticatorOffer {
  /** Base32, to be typed in. */
  readonly secret: string;
  /** The same for a QR code: `otpauth://totp/…`. */
  readonly codeSetup: string;
}

/** What people change of their own: password and authenticator. */
export interface Accounts {
  readonly isPassword: (userId: string, password: string) => Promise<boolean>;
  readonly setPassword: (userId: string, password: string) => Promise<void>;
  /** A new authenticator. The one before counts until a code of this one has come, within ten minutes. */
  readonly offerAuthenticator: (userId: string, name: string) => AuthenticatorOffer;
  /** What became of the offer when somebody sent `code` for it. */
  readonly tryAuthenticator: (userId: string, code: string) => AuthenticatorTrial;
}

type AuthenticatorTrial =
  | { readonly kind: 'not-offered' }
  | { readonly kind: 'wrong' }
  /** `accept` puts it in place of the one before. */
  | { readonly kind: 'right'; readonly accept: () => Promise<void> };

const OFFER_MS = 600_000;

interface Offer {
  readonly secret: Buffer;
  readonly until: number;
}

/** The accounts of the users in `database`. Offers are held in memory: whoever has one when the server ends gets another. */
export function createAccounts({
  database: { db },
  passwords,
  seal,
  now = () => new Date(),
}: UserServices): Accounts {
  const secrets = createCodeSecrets(seal);
  const offers = new Map<string, Offer>();

  const forgetExpired = (): void => {
    for (const [userId, { until }] of offers) if (until <= now().getTime()) offers.delete(userId);
  };

  const accept = async (userId: string, { secret }: Offer, step: number): Promise<void> => {
    offers.delete(userId);
    await db
      .updateTable('users')
      .set({ code_secret: secrets.close(secret, userId), last_code_step: step })
      .where('id', '=', userId)
      .execute();
  };

  return {
    isPassword: async (userId, password) => passwords.verify(await hashOf(db, userId), password),
    setPassword: async (userId, password) => {
      const password_hash = await passwords.hash(password);
      await db.updateTable('users').set({ password_hash }).where('id', '=', userId).execute();
    },
    offerAuthenticator: (userId, name) => {
      forgetExpired();
      const secret = createCodeSecret();
      offers.set(userId, { secret, until: now().getTime() + OFFER_MS });
      return { secret: secretText(secret), codeSetup: codeSetup(secret, name) };
    },
    tryAuthenticator: (userId, code) => {
      forgetExpired();
      const offer = offers.get(userId);
      if (offer === undefined) return { kind: 'not-offered' };
      const step = stepOfCode(offer.secret, code, now());
      if (step === undefined) return { kind: 'wrong' };
      return { kind: 'right', accept: () => accept(userId, offer, step) };
    },
  };
}

async function hashOf(db: Database['db'], userId: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('users')
    .select('password_hash')
    .where('id', '=', userId)
    .executeTakeFirst();
  return row?.password_hash;
}
