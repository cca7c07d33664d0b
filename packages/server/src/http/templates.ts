import { saidForm } from '@auscult/protocol';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Access } from '../access/access.js';
import { auditedBy } from '../access/access-audit.js';
import { requireIdentity } from '../access/guard.js';
import type { Ownership } from '../access/identity.js';
import { isPermitted, type Action } from '../access/permissions.js';
import { errorResponses, RequestError } from '../errors.js';
import { TEMPLATE_SCOPES, type TemplatePlace } from '../templates/template-store.js';
import { personName } from './identity-fields.js';
import { locationOf } from './location.js';

const PATH = '/api/v1/templates';

/** The longest text of a template, characters. */
const LONGEST_TEXT = 10_000;

const templateName = personName
  .refine((name) => saidForm(name) !== '')
  .meta({ description: 'What is said to insert it, such as `chest pain`: at least one word or number.' });

const content = {
  name: templateName,
  text: z.string().min(1).max(LONGEST_TEXT).meta({
    description:
      'What is inserted. Fields to be filled in are `[[name]]`, or `[[side: left | right]]` where there is a choice.',
  }),
};

const scope = z.enum(TEMPLATE_SCOPES).meta({
  description:
    '`own`: only its owner has it. `tenant`: everybody of the tenant has it, and administrators edit it.',
});

const version = z.coerce
  .number()
  .int()
  .min(1)
  .meta({ description: 'The version that was read: refused as `template_changed` if there is a newer one.' });

const templateBody = z.object({
  id: z.string(),
  scope,
  name: z.string(),
  text: z.string(),
  version: z.int(),
  changedAt: z.iso.datetime(),
});

const params = z.object({ id: z.string() });

/** Adds the routes under `/api/v1/templates`. */
export function registerTemplates(app: FastifyInstance, access: Access): void {
  const { templates } = access;
  const routes = app.withTypeProvider<ZodTypeProvider>();
  routes.get(
    PATH,
    {
      config: { action: 'template.list' },
      schema: {
        summary: 'List templates',
        description: 'Your own and those of your tenant, with their texts.',
        response: {
          200: z.object({
            templates: z.array(templateBody).readonly(),
            unreadable: z.int().meta({ description: 'How many there are besides that cannot be decrypted.' }),
            tenantEditable: z.boolean().meta({ description: 'Whether you may edit those of the tenant.' }),
          }),
        },
      },
    },
    async (request, reply) => {
      const identity = requireIdentity(request);
      void reply.header('cache-control', 'no-store');
      const tenantEditable = isPermitted('template.share', identity, ofTenant(identity.tenant));
      return { ...(await templates.list(identity)), tenantEditable };
    },
  );
  routes.post(
    PATH,
    {
      config: { action: 'template.change' },
      schema: {
        summary: 'Create a template',
        description: 'A text with fields that is inserted by its name, also by voice.',
        body: z.strictObject({ scope: scope.default('own'), ...content }),
        response: {
          201: templateBody,
          ...errorResponses('template_name_taken', 'too_many_templates', 'forbidden'),
        },
      },
    },
    async (request, reply) => {
      const { scope: wanted, ...said } = request.body;
      const { tenant, subject } = requireIdentity(request);
      const place = { tenant, owner: wanted === 'tenant' ? '' : subject };
      await access.guard.authorise(request, actionOn(place), ownershipOf(place), 'forbidden', wanted);
      const created = await templates.create(place, said, auditedBy(requireIdentity(request), request));
      void reply
        .code(201)
        .header('location', locationOf(request, PATH, created.id))
        .header('cache-control', 'no-store');
      return created;
    },
  );
  routes.put(
    `${PATH}/:id`,
    {
      config: { action: 'template.change' },
      schema: {
        summary: 'Change a template',
        description: 'Replaces its name and text.',
        params,
        body: z.strictObject({ ...content, version }),
        response: {
          200: templateBody,
          ...errorResponses('template_not_found', 'template_changed', 'template_name_taken'),
        },
      },
    },
    async (request, reply) => {
      const { version: read, ...said } = request.body;
      await requireChangeable(access, request, request.params.id);
      void reply.header('cache-control', 'no-store');
      return templates.change(request.params.id, read, said, auditedBy(requireIdentity(request), request));
    },
  );
  routes.delete(
    `${PATH}/:id`,
    {
      config: { action: 'template.change' },
      schema: {
        summary: 'Delete a template',
        description: 'It is gone for good.',
        params,
        querystring: z.strictObject({ version: version.optional() }),
        response: { 204: z.null(), ...errorResponses('template_not_found', 'template_changed') },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      await requireChangeable(access, request, id);
      await templates.destroy(id, request.query.version, auditedBy(requireIdentity(request), request));
      void reply.code(204);
      return null;
    },
  );
}

/** Throws `template_not_found` unless it is one of the caller's own, or one of the tenant that they may edit. */
async function requireChangeable(
  { templates, guard }: Access,
  request: FastifyRequest,
  id: string,
): Promise<void> {
  const place = await templates.placeOf(id);
  if (place === undefined) throw new RequestError('template_not_found');
  await guard.authorise(request, actionOn(place), ownershipOf(place), 'template_not_found', id);
}

/** Nobody edits what another person has for themselves, not even an administrator. */
function actionOn({ owner }: TemplatePlace): Action {
  return owner === '' ? 'template.share' : 'template.change';
}

function ofTenant(tenant: string): Ownership {
  return ownershipOf({ tenant, owner: '' });
}

function ownershipOf({ tenant, owner }: TemplatePlace): Ownership {
  return { tenant, owner, groups: [] };
}
