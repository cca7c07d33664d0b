import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { requireIdentity } from '../access/guard.js';
import type { Config } from '../config/schema.js';
import type { Database } from '../db/database.js';
import { countExpired } from '../retention/expire.js';
import { parsePolicies } from '../retention/policies.js';

const retentionBody = z.object({
  days: z.number().optional().meta({
    description:
      'Days that records of the tenant are kept, from the beginning of the session on; missing if until somebody deletes them.',
  }),
  due: z.int().meta({ description: 'Records whose time is over, and that are destroyed within an hour.' }),
  held: z
    .int()
    .meta({ description: 'Records whose time is over, and that stay, since they are under legal hold.' }),
});

/** Adds `/api/v1/retention`. */
export function registerRetention(
  app: FastifyInstance,
  { retention }: Pick<Config, 'retention'>,
  database: Pick<Database, 'db'>,
): void {
  const policies = parsePolicies(retention);
  app.withTypeProvider<ZodTypeProvider>().get(
    '/api/v1/retention',
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
}
