import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { NOT_VALID, authenticatedUntil, type AuthenticationResult } from './authentication.js';
import { DEFAULT_TENANT, isGrantableRole } from './identity.js';

/**
 * The identity that the certificate of a connection names: `CN` is the subject and `O` the tenant. The first `OU` that
 * names a role is the role, and the other `OU`s are groups. Undefined if no certificate was shown. A certificate is not
 * valid without a role, or if the authority has not signed it.
 */
export function authenticateCertificate(socket: Socket): AuthenticationResult | undefined {
  if (!(socket instanceof TLSSocket)) return undefined;
  const { subject, valid_to: validTo } = socket.getPeerCertificate();
  // The types do not say that it is empty if no certificate was shown.
  if ((subject as unknown) === undefined) return undefined;
  if (!socket.authorized) return NOT_VALID;
  const [name] = valuesOf(subject.CN);
  const [tenant = DEFAULT_TENANT] = valuesOf(subject.O);
  const units = valuesOf(subject.OU);
  const role = units.find(isGrantableRole);
  if (name === undefined || role === undefined) return NOT_VALID;
  const identity = {
    tenant,
    subject: `certificate:${name}`,
    kind: 'certificate' as const,
    role,
    groups: units.filter((unit) => unit !== role),
  };
  return authenticatedUntil(identity, Date.parse(validTo));
}

/** An attribute that occurs several times is an array, though the types do not say so. */
function valuesOf(attribute: unknown): string[] {
  return [attribute].flat().filter((value) => typeof value === 'string' && value !== '') as string[];
}
