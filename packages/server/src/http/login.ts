import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Transaction } from 'kysely';
import { z } from 'zod';
import type { Access } from '../access/access.js';
import { auditedBy, auditedSuccess, type AccessAuditAction } from '../access/access-audit.js';
import type { CheckedLogin } from '../access/check-login.js';
import { addressKey } from '../access/failure-limit.js';
import { requireIdentity } from '../access/guard.js';
import { ROLES, type Identity } from '../access/identity.js';
import { setLoginCookie, type Login } from '../access/logins.js';
import { permissionsOf, scopeOf } from '../access/permissions.js';
import { loginCookieOf } from '../access/authenticate.js';
import { identityOfUser, type User } from '../access/user.js';
import type { Schema } from '../db/schema.js';
import { errorResponses, RequestError } from '../errors.js';
import type { OriginPolicy } from './origins.js';

const loginBody = z.strictObject({
  name: z.string().min(1).max(100),
  password: z.string().min(1).max(256),
  code: z.string().max(40).optional().meta({
    description:
      'The code that the authenticator shows, or a recovery code; needed by users who have set up an authenticator.',
  }),
});

/**
 * The largest body of a login, whose sender is still unknown: name, password and code, with each character written as
 * `\u1234`.
 */
const MAX_LOGIN_BYTES = 4096;

const identityBody = z.object({
  tenant: z.string(),
  subject: z.string(),
  kind: z.enum(['local', 'key', 'token', 'user', 'certificate']),
  role: z.enum(ROLES),
  groups: z.array(z.string()).readonly(),
  transcribes: z.boolean().meta({ description: 'Whether the role may open live sessions.' }),
  permissions: z.record(z.string(), z.enum(['own', 'group', 'tenant'])).meta({
    description:
      'What the role may do, and to what: to what it made itself, also to what its groups made, or to everything of the tenant.',
  }),
  login: z
    .object({
      name: z.string().meta({ description: 'The name that the user logs in with.' }),
      idleSeconds: z.number().meta({ description: 'How long the login lasts without a request.' }),
      endsInSeconds: z.number().meta({ description: 'When the login ends in any case.' }),
    })
    .optional()
    .meta({ description: 'Present for somebody who is logged in with name and password.' }),
});

/** Adds `/api/v1/login`, `/api/v1/logout` and `/api/v1/identity`. */
export function registerLogin(app: FastifyInstance, access: Access, origins: OriginPolicy): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  routes.post(
    '/api/v1/login',
    {
      config: { action: 'login.start' },
      bodyLimit: MAX_LOGIN_BYTES,
      schema: {
        summary: 'Log in',
        description:
          'For pages of the server itself. Sets a cookie that scripts cannot read; the login ends after some time without a request, and at some time in any case. If the password is right but a code is needed and missing, the answer is `code_required`.',
        body: loginBody,
        response: {
          200: identityBody,
          ...errorResponses('login_failed', 'code_required', 'locked_out', 'records_unavailable'),
        },
      },
    },
    async (request, reply) => {
      // A foreign page must not log somebody in under a name that it chose.
      if (request.headers.origin !== undefined && !origins.isOwnPage(request.headers))
        throw new RequestError('origin_not_allowed');
      const { user, cookie } = await logIn(access, request, request.body);
      const identity = identityOfUser(user);
      void reply
        .header('set-cookie', setLoginCookie(request.protocol, cookie))
        .header('cache-control', 'no-store');
      return describe(identity, await access.logins.read(cookie));
    },
  );
  routes.post(
    '/api/v1/logout',
    {
      config: { action: 'login.end' },
      schema: {
        summary: 'Log out',
        description: 'Ends the login of this browser. Its sessions are closed within a minute.',
        response: { 204: z.null() },
      },
    },
    async (request, reply) => {
      const cookie = loginCookieOf(request);
      const who = requireIdentity(request);
      if (cookie === undefined) await access.audit.append(auditedSuccess('logout', who, request));
      else await access.logins.end(cookie, auditedBy(who, request));
      void reply.code(204).header('set-cookie', setLoginCookie(request.protocol, undefined));
      return null;
    },
  );
  routes.get(
    '/api/v1/identity',
    {
      config: { action: 'identity.read' },
      schema: {
        summary: 'Who you are to the server',
        description: 'The role `local` means that the server asks nobody. 401 means that a login is needed.',
        response: { 200: identityBody },
      },
    },
    async (request, reply) => {
      const identity = requireIdentity(request);
      const cookie = identity.kind === 'user' ? loginCookieOf(request) : undefined;
      void reply.header('cache-control', 'no-store');
      return describe(identity, cookie === undefined ? undefined : await access.logins.read(cookie));
    },
  );
}

function describe(
  { tenant, subject, kind, role, groups }: Identity,
  login: Login | undefined,
): z.input<typeof identityBody> {
  const transcribes = scopeOf('live.open', role) !== 'none';
  const identity = { tenant, subject, kind, role, groups, transcribes, permissions: permissionsOf(role) };
  if (login === undefined) return identity;
  const { user, idleSeconds, endsInSeconds } = login;
  return { ...identity, login: { name: user.name, idleSeconds, endsInSeconds } };
}

/** The user, unless something is wrong or was wrong too often. Nobody learns which names exist. */
async function logIn(
  access: Access,
  request: FastifyRequest,
  { name, password, code }: z.output<typeof loginBody>,
): Promise<{ readonly user: User; readonly cookie: string }> {
  const { users, nameFailures, addressFailures } = access;
  const address = addressKey(request.ip);
  const key = name.trim().normalize('NFKC').toLowerCase();
  const waitSeconds = addressFailures.waitSeconds(address) ?? nameFailures.waitSeconds(key);
  if (waitSeconds !== undefined) throw new RequestError('locked_out', {}, waitSeconds);
  // Counted before it is checked, so that simultaneous attempts count like successive ones.
  const locks = nameFailures.fail(key);
  addressFailures.fail(address);
  let cookie = '';
  const check = await users.check(name, password, code, async (transaction, login) => {
    cookie = await startIn(access, request, transaction, login);
  });
  // Only this failure is taken back: somebody with an account must not guess others' passwords without limit.
  if (check.kind !== 'wrong') addressFailures.forgive(address);
  if (check.kind === 'right') {
    nameFailures.succeed(key);
    return { user: check.user, cookie };
  }
  const isCodeMissing = check.kind === 'code-missing';
  const user = isCodeMissing ? check.user : await users.findByName(name);
  await note(access, request, isCodeMissing ? 'login.code-asked' : 'login.failed', user);
  if (locks) await note(access, request, 'login.locked', user);
  throw new RequestError(isCodeMissing ? 'code_required' : 'login_failed');
}

/** Writes the login, the used code and the audit entries about both in one transaction. */
async function startIn(
  { audit, logins }: Access,
  request: FastifyRequest,
  transaction: Transaction<Schema>,
  { user, usedRecoveryCode, revision }: CheckedLogin,
): Promise<string> {
  const identity = identityOfUser(user);
  const counts = { userRevision: revision };
  if (usedRecoveryCode)
    await audit.appendIn(transaction, auditedSuccess('login.recovery-code', identity, request));
  await audit.appendIn(transaction, { ...auditedSuccess('login', identity, request), counts });
  return logins.startIn(transaction, user);
}

/** Writes the audit entry of a failed login. It does not hold an unknown name, since people type passwords there. */
async function note(
  { audit }: Access,
  request: FastifyRequest,
  action: AccessAuditAction,
  user: User | undefined,
): Promise<void> {
  await audit.append({
    action,
    outcome: action === 'login.failed' ? 'failure' : 'denied',
    who: undefined,
    from: request.ip,
    what: user && `user:${user.id}`,
  });
}
