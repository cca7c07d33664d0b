import type { Transaction } from 'kysely';
import type { Schema } from '../db/schema.js';
import type { UserServices } from './user-services.js';
import { createCodeSecrets } from './code-secrets.js';
import { stepOfCode } from './one-time-codes.js';
import type { ChangeUser } from './user-changes.js';
import type { UserRow, UserRows } from './user-rows.js';
import { canonicalName, userOf, type User } from './user.js';

/** A user whose name, password and code are right. */
export interface CheckedLogin {
  readonly user: User;
  readonly usedRecoveryCode: boolean;
  /** Revision of the user's row, for the audit log. */
  readonly revision: number;
}

/** The result of checking name, password and code. */
type LoginCheck =
  | ({ readonly kind: 'right' } & CheckedLogin)
  /** The password is right, and an authenticator is set up. */
  | { readonly kind: 'code-missing'; readonly user: User }
  | { readonly kind: 'wrong' };

/**
 * The user to whom name, password and code belong. `within` makes the changes that are committed together
 * with the use of the code.
 */
export type CheckLogin = (
  name: string,
  password: string,
  code: string | undefined,
  within?: (transaction: Transaction<Schema>, login: CheckedLogin) => Promise<void>,
) => Promise<LoginCheck>;

type CodeServices = Pick<UserServices, 'recoveryCodes' | 'seal' | 'now'>;

/** Looks at the users in the database. */
export function createLoginCheck(
  services: CodeServices & Pick<UserServices, 'passwords'>,
  rows: UserRows,
  change: ChangeUser,
): CheckLogin {
  const takeCode = createCodeCheck(services);

  return async (name, password, code, within = () => Promise.resolve()) => {
    const known = await rows.findByName(canonicalName(name));
    const isRight = await services.passwords.verify(known?.password_hash, password);
    if (known === undefined || !isRight || known.disabled_at !== null) return { kind: 'wrong' };
    if (known.code_secret !== null && code === undefined)
      return { kind: 'code-missing', user: userOf(known) };
    let login: CheckedLogin | undefined;
    const changed = await change(async (transaction) => {
      login = undefined;
      const row = await rows.readIn(transaction, known.id);
      // The user was disabled, or changed the password, since it was compared.
      if (row === undefined || row.disabled_at !== null || row.password_hash !== known.password_hash)
        return undefined;
      const taken = row.code_secret === null ? undefined : code && (await takeCode(transaction, row, code));
      if (row.code_secret !== null && !taken) return undefined;
      const current = taken ? await rows.changeIn(transaction, row, taken.change) : row;
      login = {
        user: userOf(current),
        usedRecoveryCode: taken ? taken.usedRecoveryCode : false,
        revision: current.revision,
      };
      await within(transaction, login);
      return current;
    });
    return changed === undefined || login === undefined ? { kind: 'wrong' } : { kind: 'right', ...login };
  };
}

/** The change to make if the code is right and has not been used before. */
function createCodeCheck({ recoveryCodes, seal, now = () => new Date() }: CodeServices) {
  const codeSecrets = createCodeSecrets(seal);
  return async (transaction: Transaction<Schema>, row: UserRow, code: string) => {
    const secret = row.code_secret && codeSecrets.open(row.code_secret, row.id);
    const step = secret ? stepOfCode(secret, code, now()) : undefined;
    if (step !== undefined && step > row.last_code_step)
      return { change: { last_code_step: step }, usedRecoveryCode: false };
    const change = await recoveryCodes.takeIn(transaction, row, code);
    return change && { change, usedRecoveryCode: true };
  };
}
