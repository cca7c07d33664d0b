import { allowedValues } from '@auscult/protocol';
import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import swagger from '@fastify/swagger';
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import {
  hasZodFastifySchemaValidationErrors,
  jsonSchemaTransform,
  serializerCompiler,
  validatorCompiler,
} from 'fastify-type-provider-zod';
import { z } from 'zod';
import { httpError, RequestError } from '../errors.js';
import type { Log } from '../telemetry/log.js';
import type { OriginPolicy } from './origins.js';

/** What the HTTP server needs besides its routes. */
export interface HttpServices {
  readonly log: Log;
  readonly origins: OriginPolicy;
  readonly version: string;
}

/**
 * What the page may do: load what this server serves, and talk to it. `'self'` stands for the WebSocket too in every
 * browser that the page runs in.
 */
const CONTENT_SECURITY = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  connectSrc: ["'self'"],
  imgSrc: ["'self'", 'data:'],
  workerSrc: ["'self'"],
  frameAncestors: ["'none'"],
  baseUri: ["'none'"],
  formAction: ["'none'"],
};

const overview = z.object({
  name: z.literal('Auscult'),
  version: z.string(),
  transcribe: z.string().meta({ description: 'Path of the WebSocket.' }),
  transcriptions: z.string(),
  health: z.string(),
  metrics: z.string(),
  openapi: z.string(),
});

/**
 * A Fastify server with security headers, CORS, OpenAPI at `/openapi.json`, errors in one shape and a log of answers.
 * Routes are described by zod schemas. Fastify's own logger stays off: it writes URLs and messages of errors.
 */
export async function createHttpServer({ log, origins, version }: HttpServices): Promise<FastifyInstance> {
  const app = fastify({
    logger: false,
    frameworkErrors: (_error, request, reply) => {
      // Node hands the connection of an upgrade over for good, so nobody else would close it.
      if (request.headers.upgrade !== undefined) reply.raw.once('finish', () => request.raw.socket.destroy());
      answerNotFound(reply as FastifyReply);
    },
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setNotFoundHandler((_request, reply) => {
    answerNotFound(reply);
  });
  app.setErrorHandler((error, _request, reply) => {
    const refusal = refusalOf(error);
    if (refusal.code === 'internal_error') log.unexpected(refusal.cause ?? error);
    if (refusal.retryAfterSeconds !== undefined) void reply.header('retry-after', refusal.retryAfterSeconds);
    const { status, body } = httpError(refusal.code, refusal.details);
    return reply.code(status).type('application/json').send(body);
  });
  // Not earlier: the WebSocket plugin closes the connection of a refused upgrade only if its own `onRequest` ran.
  app.addHook('preValidation', async (request, reply) => {
    if (origins.hostAllowed(request.headers)) return;
    const { status, body } = httpError('origin_not_allowed');
    await reply.code(status).send(body);
  });
  app.addHook('onResponse', (request, reply, done) => {
    log.debug('answered', {
      method: request.method,
      route: request.routeOptions.url ?? 'none',
      status: reply.statusCode,
      seconds: reply.elapsedTime / 1000,
    });
    done();
  });
  await app.register(helmet, { contentSecurityPolicy: { useDefaults: false, directives: CONTENT_SECURITY } });
  await app.register(cors, {
    delegator: (request: FastifyRequest) =>
      Promise.resolve({
        origin: request.headers.origin !== undefined && origins.originAllowed(request.headers),
        methods: ['GET', 'HEAD', 'POST', 'DELETE'],
        exposedHeaders: ['location', 'retry-after'],
      }),
  });
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Auscult',
        description:
          'The HTTP side of the server. Live transcription is a WebSocket at `/ws/transcribe`, see protocol.md.',
        version,
      },
    },
    transform: jsonSchemaTransform,
  });
  app.get('/api/v1', { schema: { summary: 'What there is', response: { 200: overview } } }, () => ({
    name: 'Auscult' as const,
    version,
    transcribe: '/ws/transcribe',
    transcriptions: '/api/v1/transcriptions',
    health: '/health',
    metrics: '/metrics',
    openapi: '/openapi.json',
  }));
  app.get(
    '/openapi.json',
    { schema: { summary: 'This description', response: { 200: z.looseObject({}) } } },
    () => ({ ...app.swagger() }),
  );
  return app;
}

/** What a request is refused with. Messages of foreign errors quote their input, so they are never passed on. */
function refusalOf(error: unknown): RequestError {
  if (error instanceof RequestError) return error;
  if (hasZodFastifySchemaValidationErrors(error)) {
    const [issue] = error.validation;
    const values = issue?.params['values'];
    return new RequestError('invalid_request', {
      field: issue?.instancePath.slice(1),
      limit: Array.isArray(values) ? allowedValues({ enum: values as string[] }) : undefined,
    });
  }
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return new RequestError('form_expected');
  return new RequestError('internal_error', {}, undefined, { cause: error });
}

function answerNotFound(reply: FastifyReply): void {
  const { status, body } = httpError('not_found');
  void reply.code(status).send(body);
}
