import type { Authorise } from '../http/sessions.js';
import type { SessionScope } from '../records/record.js';
import { requireIdentity, type Guard } from './guard.js';
import type { Identity } from './identity.js';
import { scopeOf } from './permissions.js';

/** Decides about recorded sessions by the table of permissions and by grants in an emergency. */
export function createSessionAuthorisation(guard: Guard): Authorise {
  return async (request, action, resource) => {
    const identity = requireIdentity(request);
    const reason =
      resource && (await guard.authorise(request, action, resource, 'record_not_found', resource.id));
    return { identity, scope: listedFor(identity), reason };
  };
}

/** Whose sessions a list has for an identity; the route admits only those who may see some. */
function listedFor(identity: Identity): SessionScope {
  const { tenant, subject: owner, groups } = identity;
  switch (scopeOf('record.list', identity.role)) {
    case 'tenant':
      return { tenant };
    case 'group':
      return { tenant, owner, groups };
    case 'own':
    case 'none':
      return { tenant, owner };
  }
}
