import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Transaction } from 'kysely';
import { z } from 'zod';
import type { Access } from '../access/access.js';
import { auditedBy, type AccessAuditAction } from '../access/access-audit.js';
import { requireIdentity } from '../access/guard.js';
import { isStrong, PASSWORD_RULE } from '../access/password-rule.js';
import { loginCookieOf } from '../access/authenticate.js';
import type { User } from '../access/user.js';
import type { Schema } from '../db/schema.js';
import { errorResponses, RequestError } from '../errors.js';

const PATH = '/api/v1/account';

type ChangeAction = Extract<AccessAuditAction, `account.${string}`>;

const accountBody = z.object({
  name: z.string().meta({ description: 'The name that the user logs in with.' }),
  usesCodes: z.boolean().meta({ description: 'Whether an authenticator is set up.' }),
  recoveryCodesLeft: z.int(),
});

const password = z.string().min(1).max(256).meta({ description: 'The current password.' });
const passwordOrder = z.strictObject({
  password,
  newPassword: z
    .string()
    .min(1)
    .max(256)
    .meta({ description: `Must have ${PASSWORD_RULE}, and differ from the current one.` }),
});
const confirmation = z.strictObject({ password });
const codeOrder = z.strictObject({
  code: z.string().min(1).max(10).meta({ description: 'The code that the new authenticator shows.' }),
});
const recoveryCodesBody = z.object({
  recoveryCodes: z
    .array(z.string())
    .readonly()
    .meta({ description: 'Each can replace a code at a login, once. Shown only this once.' }),
});

const refusals = ['unauthenticated', 'account_not_found', 'locked_out'] as const;

/** Adds the routes under `/api/v1/account`, where people who log in see and change their own accounts. */
export function registerAccount(app: FastifyInstance, access: Access): void {
  addOwnAccount(app, access);
  addPassword(app, access);
  addAuthenticator(app, access);
  addRecoveryCodes(app, access);
}

function addOwnAccount(app: FastifyInstance, access: Access): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  routes.get(
    PATH,
    {
      config: { action: 'account.read' },
      schema: {
        summary: 'Your own account',
        response: { 200: accountBody, ...errorResponses(...refusals) },
      },
    },
    async (request, reply) => {
      const { id, name, usesCodes } = await ownUser(access, request);
      void reply.header('cache-control', 'no-store');
      return { name, usesCodes, recoveryCodesLeft: await access.recoveryCodes.left(id) };
    },
  );
}

function addPassword(app: FastifyInstance, access: Access): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  routes.post(
    `${PATH}/password`,
    {
      config: { action: 'account.change' },
      schema: {
        summary: 'Change your own password',
        description: 'Ends your logins in all other browsers; sessions there are closed within a minute.',
        body: passwordOrder,
        response: {
          204: z.null(),
          ...errorResponses('invalid_request', 'password_too_weak', 'password_wrong', ...refusals),
        },
      },
    },
    async (request, reply) => {
      const user = await ownUser(access, request);
      const { password: current, newPassword } = request.body;
      await requirePassword(access, request, user, current, 'account.password');
      if (newPassword === current || !isStrong(newPassword, user.name))
        throw new RequestError('password_too_weak', { field: 'newPassword', limit: PASSWORD_RULE });
      await access.accounts.setPassword(user.id, newPassword, endingOthers(access, request, user));
      void reply.code(204);
      return null;
    },
  );
}

function addAuthenticator(app: FastifyInstance, access: Access): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  routes.post(
    `${PATH}/authenticator`,
    {
      config: { action: 'account.change' },
      schema: {
        summary: 'Get a new authenticator',
        description:
          'Its secret is shown only this once. The old authenticator counts until this one is confirmed.',
        body: confirmation,
        response: {
          201: z.object({
            secret: z.string().meta({ description: 'Base32, to be typed in.' }),
            codeSetup: z.string().meta({ description: 'The same for a QR code: `otpauth://totp/…`.' }),
          }),
          ...errorResponses('invalid_request', 'password_wrong', ...refusals),
        },
      },
    },
    async (request, reply) => {
      const user = await ownUser(access, request);
      await requirePassword(access, request, user, request.body.password, 'account.authenticator');
      void reply.code(201).header('cache-control', 'no-store');
      return access.accounts.offerAuthenticator(user.id, user.name);
    },
  );
  routes.post(
    `${PATH}/authenticator/confirm`,
    {
      config: { action: 'account.change' },
      schema: {
        summary: 'Use the new authenticator from now on',
        description:
          'The answer has new recovery codes, and old ones no longer count. Ends your logins in all other browsers.',
        body: codeOrder,
        response: {
          200: recoveryCodesBody,
          ...errorResponses('invalid_request', 'code_wrong', 'authenticator_not_offered', ...refusals),
        },
      },
    },
    async (request, reply) => {
      const user = await ownUser(access, request);
      const trial = access.accounts.tryAuthenticator(user.id, request.body.code);
      if (trial.kind === 'not-offered') throw new RequestError('authenticator_not_offered');
      if (trial.kind === 'wrong') throw new RequestError('code_wrong', { field: 'code' });
      void reply.header('cache-control', 'no-store');
      return { recoveryCodes: await trial.accept(endingOthers(access, request, user)) };
    },
  );
}

function addRecoveryCodes(app: FastifyInstance, access: Access): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  routes.post(
    `${PATH}/recovery-codes`,
    {
      config: { action: 'account.change' },
      schema: {
        summary: 'Get new recovery codes',
        description: 'Old ones no longer count.',
        body: confirmation,
        response: {
          201: recoveryCodesBody,
          ...errorResponses('invalid_request', 'password_wrong', 'authenticator_missing', ...refusals),
        },
      },
    },
    async (request, reply) => {
      const user = await ownUser(access, request);
      await requirePassword(access, request, user, request.body.password, 'account.recovery-codes');
      if (!user.usesCodes) throw new RequestError('authenticator_missing');
      void reply.code(201).header('cache-control', 'no-store');
      const by = auditedBy(requireIdentity(request), request);
      return { recoveryCodes: await access.accounts.renewRecoveryCodes(user.id, { by }) };
    },
  );
}

/** The user who makes the request. Keys and certificates have no account, even if a user made them. */
export async function ownUser({ users }: Access, request: FastifyRequest): Promise<User> {
  const { kind, subject } = requireIdentity(request);
  const user = kind === 'user' ? await users.find(subject.slice('user:'.length)) : undefined;
  if (user === undefined) throw new RequestError('account_not_found');
  return user;
}

/** Checks the password, and how often it was wrong: whoever finds an open browser must not be able to take over the account. */
async function requirePassword(
  access: Access,
  request: FastifyRequest,
  { id, name }: User,
  password: string,
  action: ChangeAction,
): Promise<void> {
  const { accounts, nameFailures } = access;
  const waitSeconds = nameFailures.waitSeconds(name);
  if (waitSeconds !== undefined) throw new RequestError('locked_out', {}, waitSeconds);
  nameFailures.fail(name);
  if (await accounts.isPassword(id, password)) {
    nameFailures.succeed(name);
    return;
  }
  await access.audit.append({
    action,
    outcome: 'failure',
    ...auditedBy(requireIdentity(request), request),
    what: undefined,
    reason: 'password_wrong',
  });
  throw new RequestError('password_wrong', { field: 'password' });
}

/** A change that ends the user's logins in all other browsers. */
function endingOthers({ logins }: Access, request: FastifyRequest, { id }: User) {
  const cookie = loginCookieOf(request) ?? '';
  return {
    by: auditedBy(requireIdentity(request), request),
    endLogins: (transaction: Transaction<Schema>, loginEpoch: number) =>
      logins.endOthersIn(transaction, id, cookie, loginEpoch),
  };
}
