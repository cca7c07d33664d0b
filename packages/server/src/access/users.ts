import { randomUUID } from 'node:crypto';
import type { Transaction } from 'kysely';
import { destroySettingsIn } from '../account-settings/account-settings.js';
import { WRITE_PATIENCE } from '../db/commit-queue.js';
import type { Schema } from '../db/schema.js';
import { scrub } from '../db/scrub.js';
import type { AuditedBy } from './access-audit.js';
import { destroyTemplatesIn } from '../templates/destroy-templates.js';
import { destroyVoiceIn } from './destroy-voice.js';
import { createLoginCheck, type CheckLogin } from './check-login.js';
import type { GrantableRole } from './identity.js';
import type { NamedPage, NamedSearch } from './named-page.js';
import { createChangeUser, noteUser } from './user-changes.js';
import { createUserRows, type UserRow, type UserRows } from './user-rows.js';
import { newUserSecrets, type UserSecrets } from './user-secrets.js';
import type { UserServices } from './user-services.js';
import { canonicalName, identityOfUser, userOf, type User } from './user.js';

interface UserOrder {
  readonly tenant: string;
  readonly name: string;
  readonly role: GrantableRole;
  readonly groups: readonly string[];
  readonly usesCodes: boolean;
  /** Subject of the identity that creates the user; undefined for the command line. */
  readonly createdBy: string | undefined;
}

/** What a user may do from now on. What is left out stays. */
interface RoleChange {
  readonly role?: GrantableRole | undefined;
  readonly groups?: readonly string[] | undefined;
}

/**
 * The users of all tenants. Each change is in the audit log, in the same transaction. A user whose row was forged counts
 * as missing.
 */
export interface Users {
  /**
   * Creates a user with a password that is shown only this once; undefined if the name is taken. A row with this name
   * that no server wrote is replaced.
   */
  readonly create: (order: UserOrder, by: AuditedBy) => Promise<(User & UserSecrets) | undefined>;
  /** Users of one tenant, or of all, by name. */
  readonly list: (tenant?: string) => Promise<readonly User[]>;
  /** A page of the users of a tenant, by name. */
  readonly page: (search: NamedSearch) => Promise<NamedPage<User>>;
  /** The user with this id, of whatever tenant. */
  readonly find: (id: string) => Promise<User | undefined>;
  readonly findByName: (name: string) => Promise<User | undefined>;
  /**
   * Gives the user another role or other groups, which counts from their next request on. Resolves with the changed user;
   * undefined if there is none.
   */
  readonly change: (id: string, change: RoleChange, by: AuditedBy) => Promise<User | undefined>;
  /**
   * Ends all logins of the user, allows no new ones and deletes their voice, templates and settings. Resolves with whether the user could log in
   * before.
   */
  readonly disable: (id: string, by: AuditedBy) => Promise<boolean>;
  /**
   * Ends all logins of the user, who logs in with new secrets from now on, even if disabled before. Recovery codes
   * are removed.
   */
  readonly reset: (id: string, by: AuditedBy) => Promise<UserSecrets | undefined>;
  /**
   * The user to whom name, password and code belong. Takes the same time whatever is wrong. The code of an authenticator or a
   * recovery code is accepted once, in the same transaction as the changes of `within`.
   */
  readonly check: CheckLogin;
}

/** The users in the database. */
export function createUsers(services: UserServices): Users {
  const { recoveryCodes, now = () => new Date() } = services;
  const rows = createUserRows(services);
  const change = createChangeUser(services, rows);

  return {
    create: async (order, by) => {
      const id = randomUUID();
      const name = canonicalName(order.name);
      const { told, kept } = await newUserSecrets(services, { id, name, usesCodes: order.usesCodes });
      await makeRoom(services, rows, name);
      const created = await change(async (transaction) => {
        const revision = services.integrity.revisions.next(0);
        const row = rows.vouched({ ...newRow(order, now()), ...kept, id, name, revision });
        if (!(await insertIfNew(transaction, row))) return undefined;
        await noteUser(services, transaction, 'user.create', by, row);
        return row;
      });
      return created && { ...userOf(created), ...told };
    },
    list: async (tenant) => (await rows.list(tenant)).map(userOf),
    page: async ({ name, ...search }) => {
      const { items, next } = await rows.page({ ...search, name: name && canonicalName(name) });
      return { items: items.map(userOf), next };
    },
    find: async (id) => {
      const row = await rows.find(id);
      return row && userOf(row);
    },
    findByName: async (name) => {
      const row = await rows.findByName(canonicalName(name));
      return row && userOf(row);
    },
    change: async (id, { role, groups }, by) => {
      const changed = await change(async (transaction) => {
        const row = await rows.readIn(transaction, id);
        if (row === undefined) return undefined;
        const changed = await rows.changeIn(transaction, row, {
          role: role ?? row.role,
          group_names: groups === undefined ? row.group_names : JSON.stringify(groups),
        });
        await noteUser(services, transaction, 'user.change', by, changed);
        return changed;
      });
      return changed && userOf(changed);
    },
    disable: async (id, by) => {
      const disabled = await change(async (transaction) => {
        await endLogins(transaction, id);
        const row = await rows.readIn(transaction, id);
        if (row === undefined || row.disabled_at !== null) return undefined;
        const disabled_at = now().toISOString();
        const changed = await rows.changeIn(transaction, row, {
          disabled_at,
          login_epoch: row.login_epoch + 1,
        });
        await noteUser(services, transaction, 'user.disable', by, changed);
        const owner = identityOfUser(userOf(changed));
        await destroyVoiceIn(transaction, services.audit, owner, by);
        await destroyTemplatesIn(transaction, services.audit, owner, by);
        await destroySettingsIn(transaction, id);
        return changed;
      });
      await scrub(services.database);
      return disabled !== undefined;
    },
    reset: async (id, by) => {
      const known = await rows.find(id);
      if (known === undefined) return undefined;
      const { told, kept } = await newUserSecrets(services, {
        id,
        name: known.name,
        usesCodes: known.code_secret !== null,
      });
      const changed = await change(async (transaction) => {
        const row = await rows.readIn(transaction, id);
        if (row === undefined) return undefined;
        await endLogins(transaction, id);
        const noCodes = await recoveryCodes.forgetIn(transaction, id);
        const fresh = { ...kept, ...noCodes, disabled_at: null, login_epoch: row.login_epoch + 1 };
        const changed = await rows.changeIn(transaction, row, fresh);
        await noteUser(services, transaction, 'user.reset', by, changed);
        return changed;
      });
      return changed && told;
    },
    check: createLoginCheck(services, rows, change),
  };
}

/** The columns that do not depend on a user's secrets. */
function newRow({ tenant, role, groups, createdBy }: UserOrder, now: Date) {
  return {
    tenant,
    role,
    group_names: JSON.stringify(groups),
    last_code_step: 0,
    created_at: now.toISOString(),
    created_by: createdBy ?? null,
    disabled_at: null,
    login_epoch: 0,
    recovery_digest: null,
  };
}

/** Inserts a user unless the name is taken; returns whether it was free. */
async function insertIfNew(transaction: Transaction<Schema>, row: UserRow): Promise<boolean> {
  const { numInsertedOrUpdatedRows = 0n } = await transaction
    .insertInto('users')
    .values(row)
    .onConflict((conflict) => conflict.column('name').doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows > 0n;
}

/** Removes a forged row of this name, so that the user can be created again. */
async function makeRoom({ queue }: UserServices, rows: UserRows, name: string): Promise<void> {
  if ((await rows.findByName(name)) !== undefined) return;
  await queue.submit(async (transaction) => {
    const row = await transaction
      .selectFrom('users')
      .select('id')
      .where('name', '=', name)
      .executeTakeFirst();
    if (row === undefined || (await rows.readIn(transaction, row.id)) !== undefined) return;
    await transaction.deleteFrom('users').where('id', '=', row.id).execute();
  }, WRITE_PATIENCE);
}

async function endLogins(transaction: Transaction<Schema>, id: string): Promise<void> {
  await transaction.deleteFrom('logins').where('user_id', '=', id).execute();
}
