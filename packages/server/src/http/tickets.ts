import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Access } from '../access/access.js';
import { requireAuthentication } from '../access/guard.js';
import { TICKET_SECONDS } from '../access/tickets.js';
import { RequestError } from '../errors.js';

/** Adds `/api/v1/tickets`. */
export function registerTickets(app: FastifyInstance, { tickets }: Access): void {
  app.withTypeProvider<ZodTypeProvider>().post(
    '/api/v1/tickets',
    {
      config: { action: 'ticket.create' },
      schema: {
        summary: 'Get a ticket for one connection to /ws/transcribe',
        description:
          'A browser offers the ticket in a subprotocol, as `auscult.ticket.` followed by the ticket, beside `auscult.v1`. It can be used once, and expires soon.',
        response: {
          201: z.object({
            ticket: z.string(),
            subject: z.string().meta({ description: 'Whose connection it will be, as in /api/v1/identity.' }),
            expiresInSeconds: z.int(),
          }),
        },
      },
    },
    async (request, reply) => {
      const authentication = requireAuthentication(request);
      const ticket = await tickets.issue(authentication);
      if (ticket === undefined) throw new RequestError('locked_out', {}, TICKET_SECONDS);
      void reply.code(201).header('cache-control', 'no-store');
      return { ticket, subject: authentication.identity.subject, expiresInSeconds: TICKET_SECONDS };
    },
  );
}
