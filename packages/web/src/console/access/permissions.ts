import type { Identity } from '../../page/login/login-api.js';

/** Who uses the console, with what the server says that the role may do. */
export interface ConsoleIdentity extends Identity {
  readonly groups: readonly string[];
  /** Actions of the server's table of permissions, and what they may be done to. */
  readonly permissions: Readonly<Partial<Record<string, 'own' | 'group' | 'tenant'>>>;
}

/** To whom something belongs. */
interface Owned {
  readonly owner: string;
  readonly groups: readonly string[];
}

/** What somebody may do. What the console offers follows this; the server decides all the same. */
export interface Permissions {
  /** Whether an action may be done to anything at all. */
  readonly may: (action: string) => boolean;
  /** Whether it may be done to this. */
  readonly mayTo: (action: string, owned: Owned) => boolean;
}

/** What an identity may do. */
export function permissionsOf({ subject, groups, permissions }: ConsoleIdentity): Permissions {
  return {
    may: (action) => permissions[action] !== undefined,
    mayTo: (action, owned) => {
      const scope = permissions[action];
      if (scope === undefined || scope === 'tenant') return scope === 'tenant';
      if (owned.owner === subject) return true;
      return scope === 'group' && owned.groups.some((group) => groups.includes(group));
    },
  };
}
