import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Access } from '../access/access.js';
import { auditedSuccess } from '../access/access-audit.js';
import { requireIdentity } from '../access/guard.js';
import { ONE_LINE } from './identity-fields.js';

const order = z.strictObject({
  record: z.string().min(1).max(100).meta({ description: 'Id of the record that has to be read.' }),
  reason: z
    .string()
    .trim()
    .min(10)
    .max(500)
    .regex(ONE_LINE)
    .meta({ description: 'Why, for the audit log. Write nothing about the patient here.' }),
});

/** Adds `/api/v1/break-glass`. */
export function registerBreakGlass(app: FastifyInstance, { audit, breakGlass, log }: Access): void {
  app.withTypeProvider<ZodTypeProvider>().post(
    '/api/v1/break-glass',
    {
      config: { action: 'record.break-glass' },
      schema: {
        summary: 'Read a record of somebody else in an emergency',
        description:
          'Opens one record of the tenant for reading, for some minutes. The reason goes to the audit log, and the server logs a warning.',
        body: order,
        response: {
          201: z.object({ record: z.string(), until: z.iso.datetime() }),
        },
      },
    },
    async (request, reply) => {
      const who = requireIdentity(request);
      const { record, reason } = request.body;
      await audit.append({ ...auditedSuccess('access.break-glass', who, request, record), reason });
      const until = breakGlass.grant(who, record, reason);
      log.warn('BREAK-GLASS ACCESS: a record of somebody else was opened in an emergency', {
        role: who.role,
      });
      void reply.code(201);
      return { record, until: until.toISOString() };
    },
  );
}
