import type { Authorise } from '../http/sessions.js';
import { requireIdentity, type Guard } from './guard.js';
import { scopeOfList } from './list-scope.js';

/** Decides about recorded sessions by the table of permissions and by grants in an emergency. */
export function createSessionAuthorisation(guard: Guard): Authorise {
  return async (request, action, resource) => {
    const identity = requireIdentity(request);
    const reason =
      resource && (await guard.authorise(request, action, resource, 'record_not_found', resource.id));
    return { identity, scope: scopeOfList('record.list', identity), reason };
  };
}
