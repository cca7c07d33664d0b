import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { auditedIdentity } from '../access/access-audit.js';
import { requireIdentity } from '../access/guard.js';
import type { Config } from '../config/schema.js';
import { countExpired, expireOfTenant, findExpiredOfTenant } from '../retention/expire.js';
import { parsePolicies, type RetentionPolicies } from '../retention/policies.js';
import type { Storage } from '../storage/open-storage.js';
import { errorResponses } from '../errors.js';

const PATH = '/api/v1/retention';

/** The most records that one request destroys, so that nobody waits long for its answer. */
const MOST_AT_ONCE = 200;

/** What the routes need from the server. */
type RetentionServices = Pick<Storage, 'database' | 'records' | 'audit'>;

const due = z
  .int()
  .meta({ description: 'Records whose time is over, and that are destroyed within an hour.' });
const held = z
  .int()
  .meta({ description: 'Records whose time is over, and that stay, since they are under legal hold.' });

const retentionBody = z.object({
  days: z.number().optional().meta({
    description:
      'Days that records of the tenant are kept, from the beginning of the session on; missing if until somebody deletes them.',
  }),
  due,
  held,
});

const page = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  after: z.string().min(1).max(100).optional().meta({ description: '`next` of the page before this one.' }),
});

const dueBody = z.object({
  records: z.array(
    z.object({
      id: z.string(),
      startedAt: z.iso.datetime(),
      held: z.boolean().meta({ description: 'Whether it is under legal hold, so that it stays.' }),
    }),
  ),
  next: z.string().optional(),
});

const runBody = z.object({
  destroyed: z.int().meta({ description: 'Records that this run has destroyed with their keys.' }),
  due: due.meta({ description: 'Records that are left to be destroyed: run it again, or wait.' }),
  held,
});

/** Adds the routes under `/api/v1/retention`. */
export function registerRetention(
  app: FastifyInstance,
  { retention }: Pick<Config, 'retention'>,
  services: RetentionServices,
): void {
  const policies = parsePolicies(retention);
  addReading(app, policies, services);
  addRunning(app, policies, services);
}

function addReading(
  app: FastifyInstance,
  policies: RetentionPolicies,
  { database }: RetentionServices,
): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  routes.get(
    PATH,
    {
      config: { action: 'retention.manage' },
      schema: {
        summary: 'How long records are kept',
        description:
          'The policy of the tenant, which the operator sets, and how many records it concerns now.',
        response: { 200: retentionBody },
      },
    },
    async (request) => {
      const { tenant } = requireIdentity(request);
      return { days: policies.daysFor(tenant), ...(await countExpired(database, policies, tenant)) };
    },
  );
  routes.get(
    `${PATH}/due`,
    {
      config: { action: 'retention.manage' },
      schema: {
        summary: 'Which records a run destroys',
        description:
          'The records of the tenant whose time is over, the oldest first, including those that stay since they are under legal hold. ' +
          'Nothing is destroyed.',
        querystring: page,
        response: { 200: dueBody },
      },
    },
    async (request) => {
      const { tenant } = requireIdentity(request);
      const { records, next } = await findExpiredOfTenant(database, policies, tenant, request.query);
      return {
        records: records.map(({ id, startedAt, held: isHeld }) => ({ id, startedAt, held: isHeld })),
        next,
      };
    },
  );
}

function addRunning(
  app: FastifyInstance,
  policies: RetentionPolicies,
  { database, records, audit }: RetentionServices,
): void {
  app.withTypeProvider<ZodTypeProvider>().post(
    `${PATH}/run`,
    {
      config: { action: 'retention.run' },
      schema: {
        summary: 'Destroy records whose time is over',
        description:
          `Does at once, for the tenant, what the server does every hour: destroys up to ${MOST_AT_ONCE} records, the oldest first, ` +
          'with their keys, and notes each in the audit log. Records under legal hold stay.',
        response: { 200: runBody, ...errorResponses('key_copy_unavailable') },
      },
    },
    async (request) => {
      const identity = requireIdentity(request);
      const { tenant } = identity;
      const actor = { who: auditedIdentity(identity), from: request.ip };
      // Noted first: each destruction is noted as well, but a run that fails was started all the same.
      await audit.append({ action: 'retention.run', outcome: 'success', ...actor, what: undefined });
      const { destroyed } = await expireOfTenant({ database, records }, policies, {
        ...{ tenant, actor, most: MOST_AT_ONCE },
      });
      return { destroyed: destroyed.length, ...(await countExpired(database, policies, tenant)) };
    },
  );
}
