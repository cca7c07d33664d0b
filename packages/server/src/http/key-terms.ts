import { keyTermLimits } from '@auscult/asr/key-terms';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { auditedBy } from '../access/access-audit.js';
import { requireIdentity } from '../access/guard.js';
import type { AuditLog } from '../audit/audit-log.js';
import { errorResponses } from '../errors.js';
import { jsonPieces, writtenJson } from '../json-pieces.js';
import type { SharedKeyTerms } from '../key-terms/shared-key-terms.js';
import { answerInPieces } from './answer-in-pieces.js';

const PATH = '/api/v1/key-terms';

/** What the routes need from the server. */
export interface KeyTermRoutes {
  readonly keyTerms: Pick<SharedKeyTerms, 'of' | 'ownCountOf' | 'isEditable' | 'change'>;
  readonly audit: Pick<AuditLog, 'append'>;
}

const termsBody = z.object({
  count: z.int(),
  ownCount: z.int().meta({
    description: 'How many of them are of the tenant: the first ones. The others are of the server.',
  }),
  editable: z.boolean().meta({ description: 'Whether the server can write the terms of the tenant.' }),
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

const { characters, words, weight, soundsLike } = keyTermLimits;

/** Text on one line that a file of terms can hold: there, `#` begins a remark, and `|` is between ways to say a term. */
const ONE_TERM = /^[^\u0000-\u001f\u007f-\u009f#|][^\u0000-\u001f\u007f-\u009f|]*$/;

const termText = z
  .string()
  .trim()
  .min(1)
  .max(characters)
  .regex(ONE_TERM)
  .refine((text) => text.split(/\s+/u).length <= words)
  .meta({ maxWords: words });

const termOrder = z.strictObject({
  text: termText.meta({ description: 'The term as it is to be written.' }),
  weight: z
    .number()
    .min(weight.min)
    .max(weight.max)
    .optional()
    .meta({ description: 'How much more likely it is to be said than others; 1 if missing.' }),
  soundsLike: z
    .array(termText)
    .max(soundsLike)
    .optional()
    .meta({ description: 'Other ways to say it, spelled in plain words: `h b a one c`.' }),
});

/** Adds the routes under `/api/v1/key-terms`. */
export function registerKeyTerms(app: FastifyInstance, services: KeyTermRoutes): void {
  addReading(app, services);
  addChanging(app, services);
}

function addReading(app: FastifyInstance, { keyTerms }: KeyTermRoutes): void {
  app.withTypeProvider<ZodTypeProvider>().get(
    PATH,
    {
      config: { action: 'key-terms.read' },
      schema: {
        summary: 'List shared key terms',
        description:
          'The terms that each session of the tenant has without sending them, and after them those of the server. They are kept in ' +
          'the files of `keyTermsDirectory`.',
        response: { 200: termsBody },
      },
    },
    async (request, reply) => {
      const { tenant } = requireIdentity(request);
      const editable = await keyTerms.isEditable(tenant);
      const { count, json } = keyTerms.of(tenant);
      const ownCount = keyTerms.ownCountOf(tenant);
      void answerInPieces(
        reply,
        'application/json',
        jsonPieces({ count, ownCount, editable, terms: writtenJson(json) }),
      );
      return reply;
    },
  );
}

function addChanging(app: FastifyInstance, { keyTerms, audit }: KeyTermRoutes): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  routes.put(
    PATH,
    {
      config: { action: 'key-terms.change' },
      schema: {
        summary: 'Add or replace a key term of the tenant',
        description:
          'Replaces the term with the same text, regardless of case. Counts for sessions and recordings that begin afterwards. ' +
          'Servers that read the same folder follow within ten seconds.',
        body: termOrder,
        response: { 204: z.null(), ...errorResponses('invalid_request', 'key_terms_fixed') },
      },
    },
    async (request, reply) => {
      const who = requireIdentity(request);
      await keyTerms.change(who.tenant, { kind: 'put', term: termOf(request.body) }, () =>
        audit.append({
          ...{ action: 'key-terms.change', outcome: 'success', ...auditedBy(who, request), what: undefined },
          counts: { put: 1 },
        }),
      );
      void reply.code(204);
      return null;
    },
  );
  routes.post(
    `${PATH}/remove`,
    {
      config: { action: 'key-terms.change' },
      schema: {
        summary: 'Remove a key term of the tenant',
        description: 'Those of the server stay.',
        body: z.strictObject({ text: termText }),
        response: { 204: z.null(), ...errorResponses('key_term_not_found', 'key_terms_fixed') },
      },
    },
    async (request, reply) => {
      const who = requireIdentity(request);
      await keyTerms.change(who.tenant, { kind: 'remove', text: request.body.text }, () =>
        audit.append({
          ...{ action: 'key-terms.change', outcome: 'success', ...auditedBy(who, request), what: undefined },
          counts: { removed: 1 },
        }),
      );
      void reply.code(204);
      return null;
    },
  );
}

function termOf({ text, weight: given, soundsLike: ways }: z.output<typeof termOrder>) {
  return {
    text,
    ...(given !== undefined && { weight: given }),
    ...(ways !== undefined && ways.length > 0 && { soundsLike: ways }),
  };
}
