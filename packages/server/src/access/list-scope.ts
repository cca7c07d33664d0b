import type { SessionScope } from '../records/record.js';
import type { Identity } from './identity.js';
import { scopeOf, type Action } from './permissions.js';

/** Whose sessions a list of this action has for an identity; the route admits only those who may see some. */
export function scopeOfList(action: Action, identity: Identity): SessionScope {
  const { tenant, subject: owner, groups } = identity;
  switch (scopeOf(action, identity.role)) {
    case 'tenant':
      return { tenant };
    case 'group':
      return { tenant, owner, groups };
    case 'own':
    case 'none':
      return { tenant, owner };
  }
}
