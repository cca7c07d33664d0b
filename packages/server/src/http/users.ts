import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Access } from '../access/access.js';
import { auditedBy } from '../access/access-audit.js';
import { requireIdentity } from '../access/guard.js';
import { GRANTABLE_ROLES } from '../access/identity.js';
import { namedPage } from '../access/named-page.js';
import type { Action } from '../access/permissions.js';
import type { User } from '../access/user.js';
import { errorResponses, RequestError } from '../errors.js';
import { locationOf } from './location.js';
import { groupNames, newGroupNames, personName } from './identity-fields.js';

const PATH = '/api/v1/users';

const userBody = z.object({
  id: z.string(),
  tenant: z.string(),
  name: z.string(),
  role: z.enum(GRANTABLE_ROLES),
  groups: z.array(z.string()).readonly(),
  usesCodes: z.boolean().meta({ description: 'Whether an authenticator code is asked for.' }),
  createdAt: z.iso.datetime(),
  disabledAt: z.iso.datetime().optional(),
});

const secretsBody = z.object({
  password: z.string(),
  codeSetup: z.string().optional().meta({
    description: 'For an authenticator, as a QR code or typed in: `otpauth://totp/…`.',
  }),
});

const userOrder = z.strictObject({
  name: personName.meta({ description: 'The name to log in with. No two users share one.' }),
  role: z.enum(GRANTABLE_ROLES),
  groups: groupNames,
  usesCodes: z.boolean().default(true).meta({
    description: 'Whether an authenticator code is asked for besides the password.',
  }),
});

const params = z.object({ id: z.string() });
/** Adds the routes under `/api/v1/users`. */
export function registerUsers(app: FastifyInstance, access: Access): void {
  const { users } = access;
  const routes = app.withTypeProvider<ZodTypeProvider>();
  routes.post(
    PATH,
    {
      config: { action: 'user.create' },
      schema: {
        summary: 'Create a user',
        description:
          'The user belongs to the tenant of whoever creates it. Password and authenticator are shown only this once.',
        body: userOrder,
        response: {
          201: userBody.extend(secretsBody.shape),
          ...errorResponses('name_taken'),
        },
      },
    },
    async (request, reply) => {
      const who = requireIdentity(request);
      const { tenant, subject } = who;
      const user = await users.create(
        { ...request.body, tenant, createdBy: subject },
        auditedBy(who, request),
      );
      if (user === undefined) throw new RequestError('name_taken', { field: 'name' });
      void reply
        .code(201)
        .header('location', locationOf(request, PATH, user.id))
        .header('cache-control', 'no-store');
      return user;
    },
  );
  routes.get(
    PATH,
    {
      config: { action: 'user.list' },
      schema: {
        summary: 'List users',
        description: 'The users of the tenant, by name, including disabled ones, page by page.',
        querystring: namedPage,
        response: { 200: z.object({ users: z.array(userBody).readonly(), next: z.string().optional() }) },
      },
    },
    async (request) => {
      const { tenant } = requireIdentity(request);
      const { items, next } = await users.page({ tenant, ...request.query });
      return { users: items, next };
    },
  );
  routes.patch(
    `${PATH}/:id`,
    {
      config: { action: 'user.change' },
      schema: {
        summary: 'Give a user another role or other groups',
        description:
          'Counts from the next request of the user on. Sessions that are recorded or open keep the groups that they began with.',
        params,
        body: z
          .strictObject({ role: z.enum(GRANTABLE_ROLES).optional(), groups: newGroupNames })
          .refine(({ role, groups }) => role !== undefined || groups !== undefined, {
            error: 'role or groups is needed',
          }),
        response: { 200: userBody, ...errorResponses('user_not_found') },
      },
    },
    async (request) => {
      const { id } = await found(access, request, request.params.id, 'user.change');
      const user = await users.change(id, request.body, auditedBy(requireIdentity(request), request));
      if (user === undefined) throw new RequestError('user_not_found');
      return user;
    },
  );
  routes.post(
    `${PATH}/:id/disable`,
    {
      config: { action: 'user.disable' },
      schema: {
        summary: 'Disable a user',
        description: "All the user's logins end at once, and their sessions within a minute.",
        params,
        response: { 204: z.null(), ...errorResponses('user_not_found') },
      },
    },
    async (request, reply) => {
      const user = await found(access, request, request.params.id, 'user.disable');
      await users.disable(user.id, auditedBy(requireIdentity(request), request));
      void reply.code(204);
      return null;
    },
  );
  routes.post(
    `${PATH}/:id/reset`,
    {
      config: { action: 'user.reset' },
      schema: {
        summary: 'Give a user a new password and authenticator',
        description: "All the user's logins end at once. A user who was disabled can log in again.",
        params,
        response: { 200: secretsBody, ...errorResponses('user_not_found') },
      },
    },
    async (request, reply) => {
      const user = await found(access, request, request.params.id, 'user.reset');
      const secrets = await users.reset(user.id, auditedBy(requireIdentity(request), request));
      if (secrets === undefined) throw new RequestError('user_not_found');
      void reply.header('cache-control', 'no-store');
      return secrets;
    },
  );
}

async function found(
  { users, guard }: Access,
  request: FastifyRequest,
  id: string,
  action: Action,
): Promise<User> {
  const user = await users.find(id);
  if (user === undefined) throw new RequestError('user_not_found');
  const ownership = { tenant: user.tenant, owner: '', groups: user.groups };
  await guard.authorise(request, action, ownership, 'user_not_found', id);
  return user;
}
