import type { UserServices } from './user-services.js';
import { createCodeSecrets } from './code-secrets.js';
import { codeSetup, createCodeSecret } from './one-time-codes.js';
import { createPassword } from './passwords.js';
import type { UserRow } from './user-rows.js';

/** The secrets with which a user logs in, shown once. */
export interface UserSecrets {
  readonly password: string;
  /** For an authenticator, such as `otpauth://totp/…`; undefined if no codes are required. */
  readonly codeSetup: string | undefined;
}

/** New secrets for a user: what is shown, and what is kept. */
export async function newUserSecrets(
  { passwords, seal }: Pick<UserServices, 'passwords' | 'seal'>,
  { id, name, usesCodes }: { readonly id: string; readonly name: string; readonly usesCodes: boolean },
): Promise<{ readonly told: UserSecrets; readonly kept: Pick<UserRow, 'password_hash' | 'code_secret'> }> {
  const password = createPassword();
  const secret = usesCodes ? createCodeSecret() : undefined;
  return {
    told: { password, codeSetup: secret && codeSetup(secret, name) },
    kept: {
      password_hash: await passwords.hash(password),
      code_secret: secret === undefined ? null : createCodeSecrets(seal).close(secret, id),
    },
  };
}
