import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import swagger from '@fastify/swagger';
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { jsonSchemaTransform, serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { httpError } from '../errors.js';
import type { Log } from '../telemetry/log.js';
import type { OriginPolicy } from './origins.js';

/** What the HTTP server needs besides its routes. */
export interface HttpServices {
  readonly log: Log;
  readonly origins: OriginPolicy;
  readonly version: string;
}

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
    log.unexpected(error);
    const { status, body } = httpError('internal_error');
    return reply.code(status).send(body);
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
  await app.register(helmet);
  await app.register(cors, {
    delegator: (request: FastifyRequest) =>
      Promise.resolve({
        origin: request.headers.origin !== undefined && origins.originAllowed(request.headers),
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
  app.get('/', { schema: { hide: true } }, () => ({
    name: 'Auscult',
    version,
    transcribe: '/ws/transcribe',
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

function answerNotFound(reply: FastifyReply): void {
  const { status, body } = httpError('not_found');
  void reply.code(status).send(body);
}
