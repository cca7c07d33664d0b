import { groupsOf, type GrantableRole, type Identity } from './identity.js';
import type { UnvouchedUser } from './user-rows.js';

/** What may be shown of a user. */
export interface User {
  readonly id: string;
  readonly tenant: string;
  readonly name: string;
  readonly role: GrantableRole;
  readonly groups: readonly string[];
  /** Whether an authenticator's code is required. */
  readonly usesCodes: boolean;
  readonly createdAt: string;
  readonly disabledAt: string | undefined;
}

/** The identity with which this user acts. */
export function identityOfUser({ id, tenant, role, groups }: User): Identity {
  return { tenant, subject: `user:${id}`, kind: 'user', role, groups };
}

/** What may be shown of a user's row. */
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

/** The form of a name by which users are found, however it was typed. */
export function canonicalName(name: string): string {
  return name.trim().normalize('NFKC').toLowerCase();
}
