/** The roles, which say what somebody may do, see `permissions.ts`. `local` is for a server that nobody else can reach. */
export const ROLES = ['clinician', 'supervisor', 'auditor', 'administrator', 'service', 'local'] as const;

export type Role = (typeof ROLES)[number];

/** Roles that can be given to somebody. */
export const GRANTABLE_ROLES = ['clinician', 'supervisor', 'auditor', 'administrator', 'service'] as const;

export type GrantableRole = (typeof GRANTABLE_ROLES)[number];

/** Who does something. `local` is whoever uses a server on loopback without authentication, on their own machine. */
export interface Identity {
  /** `default` unless a tenant is named. */
  readonly tenant: string;
  /** A stable name that is nobody else's: its kind and the key's id, the token's `sub`, the user's id; or `local`. */
  readonly subject: string;
  readonly kind: 'local' | 'key' | 'token' | 'user' | 'certificate';
  readonly role: Role;
  /** Groups to which the sessions of this identity belong. A supervisor may read the sessions of these groups. */
  readonly groups: readonly string[];
}

/** Whom something belongs to. */
export interface Ownership {
  readonly tenant: string;
  /** Subject of the identity that made it. */
  readonly owner: string;
  /** Groups of that identity when it was made. */
  readonly groups: readonly string[];
}

export const DEFAULT_TENANT = 'default';

/** The only identity of a server without authentication. */
export const LOCAL_IDENTITY: Identity = {
  tenant: DEFAULT_TENANT,
  subject: 'local',
  kind: 'local',
  role: 'local',
  groups: [],
};

/** The ownership of what `identity` makes. */
export function ownershipOf({ tenant, subject, groups }: Identity): Ownership {
  return { tenant, owner: subject, groups };
}

/** The path of an owner by which time and room are shared, evenly between tenants, and within each between its members. */
export function shareOf({ tenant, owner }: Pick<Ownership, 'tenant' | 'owner'>): readonly [string, string] {
  return [tenant, owner];
}

/** Whether both are the same person or program, though role and groups may have changed in between. */
export function isSameIdentity(one: Identity, other: Identity): boolean {
  return one.tenant === other.tenant && one.subject === other.subject;
}

/** Whether somebody can be given a role of this name. */
export function isGrantableRole(name: string): name is GrantableRole {
  return (GRANTABLE_ROLES as readonly string[]).includes(name);
}

/** The groups in a column that holds them as a JSON array of names. */
export function groupsOf(column: string): string[] {
  return JSON.parse(column) as string[];
}
