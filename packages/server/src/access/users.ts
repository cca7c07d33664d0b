import { randomUUID } from 'node:crypto';
import type { Transaction } from 'kysely';
import type { Schema } from '../db/schema.js';
import type { AuditedBy } from './access-audit.js';
import { PATIENCE, type ChangeServices } from './change-services.js';
import { createCodeSecrets } from './code-secrets.js';
import { groupsOf } from './groups.js';
import type { GrantableRole, Identity } from './identity.js';
import { codeSetup, createCodeSecret, stepOfCode } from './one-time-codes.js';
import { createPassword, type Passwords } from './passwords.js';
import type { RecoveryCodes } from './recovery-codes.js';
import type { Seal } from './seal.js';
import { createUserRows, type UnvouchedUser, type UserRow } from './user-rows.js';

/** What may be shown about somebody who logs in. */
export interface User {
  readonly id: string;
  readonly tenant: string;
  readonly name: string;
  readonly role: GrantableRole;
  readonly groups: readonly string[];
  /** Whether an authenticator code is asked for. */
  readonly usesCodes: boolean;
  readonly createdAt: string;
  readonly disabledAt: string | undefined;
}

/** What somebody logs in with, shown once. */
export interface UserSecrets {
  readonly password: string;
  /** For an authenticator, such as `otpauth://totp/…`; undefined where no codes are asked for. */
  readonly codeSetup: string | undefined;
}

interface UserOrder {
  readonly tenant: string;
  readonly name: string;
  readonly role: GrantableRole;
  readonly groups: readonly string[];
  readonly usesCodes: boolean;
  /** Subject of the identity that creates the user; undefined for the command line. */
  readonly createdBy: string | undefined;
}

/**
 * The users of all tenants. Each change is in the audit log, in the same transaction. A user whose row was written
 * past the server counts as missing.
 */
export interface Users {
  /**
   * Creates a user with a password that is shown only this once; undefined if the name is taken. A row with this name
   * that no server wrote is replaced.
   */
  readonly create: (order: UserOrder, by: AuditedBy) => Promise<(User & UserSecrets) | undefined>;
  /** Users of one tenant, or of all, by name. */
  readonly list: (tenant?: string) => Promise<readonly User[]>;
  /** The user with this id, of whatever tenant. */
  readonly find: (id: string) => Promise<User | undefined>;
  readonly findByName: (name: string) => Promise<User | undefined>;
  /** Ends all logins of the user and allows no new ones. Resolves with whether the user could log in before. */
  readonly disable: (id: string, by: AuditedBy) => Promise<boolean>;
  /**
   * Ends all logins of the user, who logs in with new secrets from now on, even if disabled before. Recovery codes
   * are removed.
   */
  readonly reset: (id: string, by: AuditedBy) => Promise<UserSecrets | undefined>;
  /**
   * The user to whom name, password and code belong. Takes the same time whatever is wrong. A code, of an
   * authenticator or for recovery, is accepted once, and only together with what `within` writes.
   */
  readonly check: (
    name: string,
    password: string,
    code: string | undefined,
    within?: (transaction: Transaction<Schema>, login: CheckedLogin) => Promise<void>,
  ) => Promise<LoginCheck>;
}

/** Somebody whose name, password and code are right. */
export interface CheckedLogin {
  readonly user: User;
  readonly usedRecoveryCode: boolean;
  /** Of the row of the user, for the audit log. */
  readonly revision: number;
}

/** The result of checking name, password and code. */
type LoginCheck =
  | ({ readonly kind: 'right' } & CheckedLogin)
  /** The password is right, and an authenticator is set up. */
  | { readonly kind: 'code-missing'; readonly user: User }
  | { readonly kind: 'wrong' };

export interface UserServices extends ChangeServices {
  readonly passwords: Passwords;
  readonly recoveryCodes: RecoveryCodes;
  /** Seals the secrets of authenticators. */
  readonly seal: Seal;
  readonly now?: () => Date;
}

/** The users in the database. */
export function createUsers(services: UserServices): Users {
  const { queue, audit, passwords, recoveryCodes, seal, now = () => new Date() } = services;
  const codeSecrets = createCodeSecrets(seal);
  const rows = createUserRows(services);

  const endLogins = (transaction: Transaction<Schema>, id: string) =>
    transaction.deleteFrom('logins').where('user_id', '=', id).execute();

  const secretsOf = async (id: string, name: string, usesCodes: boolean) => {
    const password = createPassword();
    const secret = usesCodes ? createCodeSecret() : undefined;
    return {
      told: { password, codeSetup: secret && codeSetup(secret, name) },
      kept: {
        password_hash: await passwords.hash(password),
        code_secret: secret === undefined ? null : codeSecrets.close(secret, id),
      },
    };
  };

  /** Does `work` in a transaction that may be repeated. Resolves with the changed user. */
  const changing = async (
    work: (transaction: Transaction<Schema>) => Promise<UserRow | undefined>,
  ): Promise<UserRow | undefined> => {
    let changed: UserRow | undefined;
    await queue.submit(async (transaction) => {
      changed = await work(transaction);
    }, PATIENCE);
    if (changed !== undefined) rows.committed(changed);
    return changed;
  };

  const note = (
    transaction: Transaction<Schema>,
    action: 'user.create' | 'user.disable' | 'user.reset',
    by: AuditedBy,
    { id, revision }: UserRow,
  ) =>
    audit.appendIn(transaction, {
      action,
      outcome: 'success',
      ...by,
      what: id,
      counts: { userRevision: revision },
    });

  /** Removes a user who cannot log in because somebody wrote to the database, so that they can be created anew. */
  const makeRoom = async (name: string): Promise<void> => {
    if ((await rows.findByName(name)) !== undefined) return;
    await queue.submit(async (transaction) => {
      const row = await transaction
        .selectFrom('users')
        .select('id')
        .where('name', '=', name)
        .executeTakeFirst();
      if (row === undefined || (await rows.readIn(transaction, row.id)) !== undefined) return;
      await transaction.deleteFrom('users').where('id', '=', row.id).execute();
    }, PATIENCE);
  };

  /** What to change if the code is right and has not been used before. */
  const takeCode = async (transaction: Transaction<Schema>, row: UserRow, code: string) => {
    const secret = row.code_secret && codeSecrets.open(row.code_secret, row.id);
    const step = secret ? stepOfCode(secret, code, now()) : undefined;
    if (step !== undefined && step > row.last_code_step)
      return { change: { last_code_step: step }, usedRecoveryCode: false };
    const change = await recoveryCodes.takeIn(transaction, row, code);
    return change && { change, usedRecoveryCode: true };
  };

  const check: Users['check'] = async (name, password, code, within = () => Promise.resolve()) => {
    const known = await rows.findByName(canonical(name));
    const isRight = await passwords.verify(known?.password_hash, password);
    if (known === undefined || !isRight || known.disabled_at !== null) return { kind: 'wrong' };
    if (known.code_secret !== null && code === undefined)
      return { kind: 'code-missing', user: userOf(known) };
    let login: CheckedLogin | undefined;
    const changed = await changing(async (transaction) => {
      login = undefined;
      const row = await rows.readIn(transaction, known.id);
      // The user was disabled, or the password changed, since it was compared.
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

  return {
    create: async ({ tenant, name, role, groups, usesCodes, createdBy }, by) => {
      const id = randomUUID();
      const { told, kept } = await secretsOf(id, canonical(name), usesCodes);
      await makeRoom(canonical(name));
      const created = await changing(async (transaction) => {
        const row = rows.vouched({
          id,
          tenant,
          name: canonical(name),
          role,
          group_names: JSON.stringify(groups),
          ...kept,
          last_code_step: 0,
          created_at: now().toISOString(),
          created_by: createdBy ?? null,
          disabled_at: null,
          login_epoch: 0,
          recovery_digest: null,
          revision: services.integrity.revisions.next(0),
        });
        const { numInsertedOrUpdatedRows = 0n } = await transaction
          .insertInto('users')
          .values(row)
          .onConflict((conflict) => conflict.column('name').doNothing())
          .executeTakeFirst();
        if (numInsertedOrUpdatedRows === 0n) return undefined;
        await note(transaction, 'user.create', by, row);
        return row;
      });
      return created && { ...userOf(created), ...told };
    },
    list: async (tenant) => (await rows.list(tenant)).map(userOf),
    find: async (id) => {
      const row = await rows.find(id);
      return row && userOf(row);
    },
    findByName: async (name) => {
      const row = await rows.findByName(canonical(name));
      return row && userOf(row);
    },
    disable: async (id, by) => {
      const disabled = await changing(async (transaction) => {
        await endLogins(transaction, id);
        const row = await rows.readIn(transaction, id);
        if (row === undefined || row.disabled_at !== null) return undefined;
        const disabled_at = now().toISOString();
        const changed = await rows.changeIn(transaction, row, {
          disabled_at,
          login_epoch: row.login_epoch + 1,
        });
        await note(transaction, 'user.disable', by, changed);
        return changed;
      });
      return disabled !== undefined;
    },
    reset: async (id, by) => {
      const known = await rows.find(id);
      if (known === undefined) return undefined;
      const { told, kept } = await secretsOf(id, known.name, known.code_secret !== null);
      const changed = await changing(async (transaction) => {
        const row = await rows.readIn(transaction, id);
        if (row === undefined) return undefined;
        await endLogins(transaction, id);
        const noCodes = await recoveryCodes.forgetIn(transaction, id);
        const fresh = { ...kept, ...noCodes, disabled_at: null, login_epoch: row.login_epoch + 1 };
        const changed = await rows.changeIn(transaction, row, fresh);
        await note(transaction, 'user.reset', by, changed);
        return changed;
      });
      return changed && told;
    },
    check,
  };
}

/** The identity under which this user acts. */
export function identityOfUser({ id, tenant, role, groups }: User): Identity {
  return { tenant, subject: `user:${id}`, kind: 'user', role, groups };
}

function canonical(name: string): string {
  return name.trim().normalize('NFKC').toLowerCase();
}

/** What may be shown about the row of a user. */
export function userOf(row: UnvouchedUser): User {
  return {
    id: row.id,
    tenant: row.tenant,
    name: row.name,
    role: row.role as GrantableRole,
    groups: groupsOf(row.group_names),
    usesCodes: row.code_secret !== null,
    createdAt: row.created_at,
    disabledAt: row.disabled_at ?? undefined,
  };
}
