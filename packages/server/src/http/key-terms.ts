import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { requireIdentity } from '../access/guard.js';
import { jsonPieces, writtenJson } from '../json-pieces.js';
import type { SharedKeyTerms } from '../key-terms/shared-key-terms.js';
import { answerInPieces } from './answer-in-pieces.js';

const termsBody = z.object({
  count: z.int(),
  terms: z.array(
    z.object({
      text: z.string().meta({ description: 'The term as it is written.' }),
      weight: z
        .number()
        .optional()
        .meta({ description: 'How much more likely it is than others; 1 if missing.' }),
      soundsLike: z
        .array(z.string())
        .optional()
        .meta({ description: 'Other ways in which it may be heard.' }),
    }),
  ),
});

/** Adds `/api/v1/key-terms`. */
export function registerKeyTerms(app: FastifyInstance, keyTerms: Pick<SharedKeyTerms, 'of'>): void {
  app.withTypeProvider<ZodTypeProvider>().get(
    '/api/v1/key-terms',
    {
      config: { action: 'key-terms.read' },
      schema: {
        summary: 'List shared key terms',
        description:
          'The terms that each session of the tenant has without sending them, and after them those of the server. They are kept in ' +
          'the files of `keyTermsDirectory`, and changed there.',
        response: { 200: termsBody },
      },
    },
    (request, reply) => {
      const { count, json } = keyTerms.of(requireIdentity(request).tenant);
      void answerInPieces(reply, 'application/json', jsonPieces({ count, terms: writtenJson(json) }));
    },
  );
}
