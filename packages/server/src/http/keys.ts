import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Access } from '../access/access.js';
import { auditedBy } from '../access/access-audit.js';
import { requireIdentity } from '../access/guard.js';
import { GRANTABLE_ROLES } from '../access/identity.js';
import { namedPage } from '../access/named-page.js';
import { errorResponses, RequestError } from '../errors.js';
import { locationOf } from './location.js';
import { groupNames, personName } from './identity-fields.js';

const PATH = '/api/v1/keys';

/** The longest that a key is valid, days. */
const MOST_DAYS = 3650;

const keyBody = z.object({
  id: z.string(),
  tenant: z.string(),
  name: z.string(),
  role: z.enum(GRANTABLE_ROLES),
  groups: z.array(z.string()).readonly(),
  createdAt: z.iso.datetime(),
  createdBy: z.string().optional(),
  expiresAt: z.iso.datetime().optional(),
  revokedAt: z.iso.datetime().optional(),
  lastUsedAt: z.iso
    .datetime()
    .optional()
    .meta({ description: 'When the key was last used, or up to a minute before that.' }),
});

const keyOrder = z.strictObject({
  name: personName.meta({ description: 'What the key is for, for people.' }),
  role: z.enum(GRANTABLE_ROLES),
  groups: groupNames,
  expiresInDays: z.number().positive().max(MOST_DAYS).optional().meta({
    description: 'Days until the key expires; without it, the key is valid until it is revoked.',
  }),
});

const params = z.object({ id: z.string() });

/** Adds the routes under `/api/v1/keys`. */
export function registerKeys(app: FastifyInstance, { apiKeys, guard }: Access): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  routes.post(
    PATH,
    {
      config: { action: 'key.create' },
      schema: {
        summary: 'Create an API key',
        description:
          'The key belongs to the tenant of whoever creates it. Its secret is shown only this once.',
        body: keyOrder,
        response: {
          201: keyBody.extend({ secret: z.string().meta({ description: 'The key, to be kept safe.' }) }),
        },
      },
    },
    async (request, reply) => {
      const who = requireIdentity(request);
      const { expiresInDays, ...order } = request.body;
      const expiresAt =
        expiresInDays === undefined ? undefined : new Date(Date.now() + expiresInDays * 86_400_000);
      const key = await apiKeys.create(
        { ...order, expiresAt, tenant: who.tenant, createdBy: who.subject },
        auditedBy(who, request),
      );
      void reply
        .code(201)
        .header('location', locationOf(request, PATH, key.id))
        .header('cache-control', 'no-store');
      return key;
    },
  );
  routes.get(
    PATH,
    {
      config: { action: 'key.list' },
      schema: {
        summary: 'List API keys',
        description: 'The keys of the tenant, the newest first, including revoked ones, page by page.',
        querystring: namedPage,
        response: {
          200: z.object({ keys: z.array(keyBody).readonly(), next: z.string().optional() }),
        },
      },
    },
    async (request) => {
      const { tenant } = requireIdentity(request);
      const { items, next } = await apiKeys.page({ tenant, ...request.query });
      return { keys: items, next };
    },
  );
  routes.delete(
    `${PATH}/:id`,
    {
      config: { action: 'key.revoke' },
      schema: {
        summary: 'Revoke an API key',
        description: 'The key is refused at once; sessions that it opened are closed within a minute.',
        params,
        response: {
          204: z.null(),
          ...errorResponses('key_not_found'),
        },
      },
    },
    async (request, reply) => {
      const who = requireIdentity(request);
      const key = await apiKeys.find(request.params.id);
      if (key === undefined) throw new RequestError('key_not_found');
      const ownership = { tenant: key.tenant, owner: key.createdBy ?? '', groups: key.groups };
      await guard.authorise(request, 'key.revoke', ownership, 'key_not_found', key.id);
      await apiKeys.revoke(key.id, auditedBy(who, request));
      void reply.code(204);
      return null;
    },
  );
}
