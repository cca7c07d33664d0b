import { randomUUID } from 'node:crypto';
import type { Selectable } from 'kysely';
import type { Database } from '../db/database.js';
import type { Schema } from '../db/schema.js';
import { createCodeSecrets } from './code-secrets.js';
import { groupsOf } from './groups.js';
import type { GrantableRole, Identity } from './identity.js';
import { codeSetup, createCodeSecret, stepOfCode } from './one-time-codes.js';
import { createPassword, type Passwords } from './passwords.js';
import type { RecoveryCodes } from './recovery-codes.js';
import type { Seal } from './seal.js';

/** What may be told of somebody who logs in. */
export interface User {
  readonly id: string;
  readonly tenant: string;
  readonly name: string;
  readonly role: GrantableRole;
  readonly groups: readonly string[];
  /** Whether a code of an authenticator is asked for. */
  readonly usesCodes: boolean;
  readonly createdAt: string;
  readonly disabledAt: string | undefined;
}

/** What somebody logs in with, told once. */
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

/** The users of all tenants. */
export interface Users {
  /** Creates a user with a password that is told this once; undefined if the name is taken. */
  readonly create: (order: UserOrder) => Promise<(User & UserSecrets) | undefined>;
  /** Those of a tenant, or of all, by name. */
  readonly list: (tenant?: string) => Promise<readonly User[]>;
  /** The user with this id, of whatever tenant. */
  readonly find: (id: string) => Promise<User | undefined>;
  readonly findByName: (name: string) => Promise<User | undefined>;
  /** Ends all logins of the user and takes none from now on. Resolves with whether the user could log in before. */
  readonly disable: (id: string) => Promise<boolean>;
  /**
   * Ends all logins of the user, who logs in with new secrets from now on, also after having been disabled. Recovery
   * codes are forgotten.
   */
  readonly reset: (id: string) => Promise<UserSecrets | undefined>;
  /** Whose all three are. Takes as long whatever is wrong. A code, of an authenticator or for recovery, is taken once. */
  readonly check: (name: string, password: string, code: string | undefined) => Promise<LoginCheck>;
}

/** What came of looking at name, password and code. */
export type LoginCheck =
  | { readonly kind: 'right'; readonly user: User; readonly usedRecoveryCode: boolean }
  /** The password is right, and an authenticator is set up. */
  | { readonly kind: 'code-missing'; readonly user: User }
  | { readonly kind: 'wrong' };

export interface UserServices {
  readonly database: Database;
  readonly passwords: Passwords;
  readonly recoveryCodes: RecoveryCodes;
  /** Seals the secrets of authenticators. */
  readonly seal: Seal;
  readonly now?: () => Date;
}

type Row = Selectable<Schema['users']>;

/** The users in `database`. */
export function createUsers({
  database,
  passwords,
  recoveryCodes,
  seal,
  now = () => new Date(),
}: UserServices): Users {
  const { db } = database;
  const codeSecrets = createCodeSecrets(seal);

  const rowOf = (id: string) => db.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst();
  const rowNamed = (name: string) =>
    db.selectFrom('users').selectAll().where('name', '=', canonical(name)).executeTakeFirst();

  const endLogins = (id: string) => db.deleteFrom('logins').where('user_id', '=', id).execute();

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

  /** Whether the code is right and nobody has used it before. */
  const takeCode = async (row: Row, secret: Buffer, code: string): Promise<boolean> => {
    const step = stepOfCode(codeSecrets.open(secret, row.id), code, now());
    if (step === undefined) return false;
    const { numUpdatedRows } = await db
      .updateTable('users')
      .set({ last_code_step: step })
      .where('id', '=', row.id)
      .where('last_code_step', '<', step)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  };

  return {
    create: async ({ tenant, name, role, groups, usesCodes, createdBy }) => {
      const id = randomUUID();
      const { told, kept } = await secretsOf(id, canonical(name), usesCodes);
      const row = {
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
      };
      const { numInsertedOrUpdatedRows = 0n } = await db
        .insertInto('users')
        .values(row)
        .onConflict((conflict) => conflict.column('name').doNothing())
        .executeTakeFirst();
      return numInsertedOrUpdatedRows > 0n ? { ...userOf(row), ...told } : undefined;
    },
    list: async (tenant) => {
      const all = db.selectFrom('users').selectAll().orderBy('name');
      const chosen = tenant === undefined ? all : all.where('tenant', '=', tenant);
      return (await chosen.execute()).map(userOf);
    },
    find: async (id) => {
      const row = await rowOf(id);
      return row && userOf(row);
    },
    findByName: async (name) => {
      const row = await rowNamed(name);
      return row && userOf(row);
    },
    disable: async (id) => {
      const { numUpdatedRows } = await db
        .updateTable('users')
        .set({ disabled_at: now().toISOString() })
        .where('id', '=', id)
        .where('disabled_at', 'is', null)
        .executeTakeFirst();
      await endLogins(id);
      return numUpdatedRows > 0n;
    },
    reset: async (id) => {
      const row = await rowOf(id);
      if (row === undefined) return undefined;
      const { told, kept } = await secretsOf(id, row.name, row.code_secret !== null);
      await db
        .updateTable('users')
        .set({ ...kept, disabled_at: null })
        .where('id', '=', id)
        .execute();
      await recoveryCodes.forget(id);
      await endLogins(id);
      return told;
    },
    check: async (name, password, code) => {
      const row = await rowNamed(name);
      const isRight = await passwords.verify(row?.password_hash, password);
      if (row === undefined || !isRight || row.disabled_at !== null) return { kind: 'wrong' };
      const user = userOf(row);
      if (row.code_secret === null) return { kind: 'right', user, usedRecoveryCode: false };
      if (code === undefined) return { kind: 'code-missing', user };
      if (await takeCode(row, row.code_secret, code)) return { kind: 'right', user, usedRecoveryCode: false };
      if (await recoveryCodes.take(row.id, code)) return { kind: 'right', user, usedRecoveryCode: true };
      return { kind: 'wrong' };
    },
  };
}

/** Who acts when this user does. */
export function identityOfUser({ id, tenant, role, groups }: User): Identity {
  return { tenant, subject: `user:${id}`, kind: 'user', role, groups };
}

function canonical(name: string): string {
  return name.trim().normalize('NFKC').toLowerCase();
}

function userOf(
  row: Pick<
    Row,
    'id' | 'tenant' | 'name' | 'role' | 'group_names' | 'code_secret' | 'created_at' | 'disabled_at'
  >,
): User {
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
