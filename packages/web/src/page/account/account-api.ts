import { ask, posting, type Answer } from '../server/ask.js';

/** What people see about their own accounts. */
export interface Account {
  readonly name: string;
  /** Whether an authenticator is set up. */
  readonly usesCodes: boolean;
  readonly recoveryCodesLeft: number;
}

/** An authenticator that is not in use yet. */
export interface AuthenticatorOffer {
  /** To be typed in. */
  readonly secret: string;
  /** The same for a QR code. */
  readonly codeSetup: string;
}

interface RecoveryCodes {
  readonly recoveryCodes: readonly string[];
}

const PATH = 'api/v1/account';

export function readAccount(): Promise<Answer<Account>> {
  return ask(PATH);
}

export function changePassword(password: string, newPassword: string): Promise<Answer<unknown>> {
  return ask(`${PATH}/password`, posting({ password, newPassword }));
}

/** Gets a new authenticator; the old one counts until this one is confirmed. */
export function getAuthenticator(password: string): Promise<Answer<AuthenticatorOffer>> {
  return ask(`${PATH}/authenticator`, posting({ password }));
}

/** Uses the new authenticator from now on; recovery codes come with it. */
export function confirmAuthenticator(code: string): Promise<Answer<RecoveryCodes>> {
  return ask(`${PATH}/authenticator/confirm`, posting({ code }));
}

/** Gets new recovery codes in place of all earlier ones. */
export function getRecoveryCodes(password: string): Promise<Answer<RecoveryCodes>> {
  return ask(`${PATH}/recovery-codes`, posting({ password }));
}
