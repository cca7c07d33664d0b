import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { ClientSecrets } from '../../access/client-secrets.js';
import { requireAuthentication } from '../../access/guard.js';
import { deepgramError, deepgramErrorBody } from '../../compatibility/deepgram/error-answer.js';
import { RequestError } from '../../errors.js';
import type { Log } from '../../telemetry/log.js';
import { answerErrors } from '../answer-errors.js';
import { requestIdOf } from '../request-id.js';

/** The services that secrets for clients of Deepgram are issued with. */
export interface GrantServices {
  readonly log: Log;
  readonly clientSecrets: ClientSecrets;
}

/** How long a secret may be good for, seconds. */
const SECONDS = { min: 1, max: 3600, usual: 30 } as const;

/** The statuses of answers that are errors. */
const STATUSES = [400, 401, 403, 408, 413, 429, 500, 503] as const;

const order = z
  .object({
    ttl_seconds: z
      .number()
      .nullish()
      .meta({ description: `${SECONDS.min} to ${SECONDS.max}; ${SECONDS.usual} if it is left out.` }),
  })
  .nullish();
const granted = z.object({ access_token: z.string(), expires_in: z.int() });

/** Adds the route by which programs with a key get tokens for programs without one. */
export async function registerGrant(app: FastifyInstance, services: GrantServices): Promise<void> {
  await app.register((scope, _options, done) => {
    answerErrors(scope, services.log, (error, request) => deepgramError(error, requestIdOf(request)));
    addGrant(scope, services);
    done();
  });
}

function addGrant(app: FastifyInstance, { clientSecrets }: GrantServices): void {
  app.withTypeProvider<ZodTypeProvider>().post(
    '/v1/auth/grant',
    {
      config: { action: 'client-secret.create', takesForeignCredentials: true },
      schema: {
        summary: 'Get a token for /v1/listen, as of Deepgram',
        description:
          'A page shows the token in place of a key. It is good for several requests until it expires.',
        body: order,
        response: {
          200: granted,
          ...Object.fromEntries(STATUSES.map((status) => [status, deepgramErrorBody])),
        },
      },
    },
    async (request, reply) => {
      const seconds = secondsOf(request.body?.ttl_seconds);
      const issuer = requireAuthentication(request);
      const { value } = await clientSecrets.issue({ issuer, from: request.ip, seconds });
      void reply.header('cache-control', 'no-store');
      return { access_token: value, expires_in: seconds };
    },
  );
}

function secondsOf(seconds: number | null | undefined): number {
  const asked = seconds ?? SECONDS.usual;
  if (Number.isInteger(asked) && asked >= SECONDS.min && asked <= SECONDS.max) return asked;
  throw new RequestError('invalid_request', {
    field: 'ttl_seconds',
    limit: `${SECONDS.min} to ${SECONDS.max}`,
  });
}
