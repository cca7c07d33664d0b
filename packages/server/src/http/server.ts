import { STATUS_CODES } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { ErrorCode } from '@auscult/protocol';
import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import {
  fastify,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifyServerOptions,
  type RouteOptions,
} from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import type { Guard } from '../access/guard.js';
import type { Config } from '../config/schema.js';
import { httpError, RequestError, type HttpErrorDetails } from '../errors.js';
import type { Log } from '../telemetry/log.js';
import type { Tracing } from '../telemetry/tracing/tracing.js';
import { answerErrors } from './answer-errors.js';
import { BoundedRequest, boundParsing, PIECES_LIMIT } from './bound-parsing.js';
import { describeAccess } from './describe-access.js';
import { describeServer } from './describe-server.js';
import { forgetFarProxies } from './location.js';
import { takeShallowJson } from './shallow-json.js';
import { requireStorableText } from './storable-text.js';
import type { OriginPolicy } from './origins.js';
import type { ServerTls } from './tls.js';
import { traceRequests } from './trace-requests.js';

/** What the HTTP server needs besides its routes. */
export interface HttpServices {
  readonly log: Log;
  readonly origins: OriginPolicy;
  readonly version: string;
  readonly config: Config;
  readonly guard: Guard;
  readonly tracing?: Tracing | undefined;
  /** Called with every route that is added. */
  readonly onRoute: (route: RouteOptions) => void;
  /** Undefined if the server does not encrypt. */
  readonly tls: ServerTls | undefined;
}

/** The largest head of a request: enough for a token of 8 KiB beside cookies. */
const MAX_HEAD_BYTES = 16_384;

/** The largest body that is no recording. */
const MAX_BODY_BYTES = 65_536;

/** Headers of answers that programs in pages may read. */
const EXPOSED_HEADERS = [
  'location',
  'retry-after',
  'auscult-model',
  'auscult-warnings',
  'x-request-id',
  'dg-request-id',
  'dg-error',
];

/** Tells browsers to use https with this host for a year. */
const STRICT_TRANSPORT_SECURITY = 'max-age=31536000; includeSubDomains';

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
  mediaSrc: ["'self'"],
  workerSrc: ["'self'"],
  frameAncestors: ["'none'"],
  baseUri: ["'none'"],
  formAction: ["'none'"],
};

/**
 * A Fastify server with security headers, CORS, OpenAPI at `/openapi.json`, errors in one shape and a log of answers.
 * Routes are described by zod schemas. Fastify's own logger stays off: it writes URLs and messages of errors.
 */
export async function createHttpServer(services: HttpServices): Promise<FastifyInstance> {
  const { log, origins, version, config, tls, tracing } = services;
  const app = createFastify(config, tls);
  takeRoutes(app, services);
  traceRequests(app, tracing, config.trustedProxies);
  app.setNotFoundHandler((_request, reply) => {
    answerNotFound(reply);
  });
  takeShallowJson(app);
  answerErrors(app, log);
  boundParsing(app, (socket) => {
    answerAndClose(socket, 'too_many_chunks', { limit: PIECES_LIMIT });
  });
  admitRequests(app, services);
  logAnswers(app, log);
  await protectBrowsers(app, origins);
  await describeServer(app, version);
  return app;
}

/** Requires that each route describes itself. */
function takeRoutes(app: FastifyInstance, { onRoute }: HttpServices): void {
  app.decorateRequest('authentication', undefined);
  app.decorateRequest('refusal', undefined);
  app.addHook('onRoute', requireAction);
  app.addHook('onRoute', describeAccess);
  app.addHook('onRoute', onRoute);
}

/** Adds the checks that a request has to pass before its route gets it. */
function admitRequests(app: FastifyInstance, { config, guard }: HttpServices): void {
  app.addHook('onRequest', ({ raw }, _reply, next) => {
    forgetFarProxies(raw.headers);
    next();
  });
  // Not earlier, since the WebSocket plugin closes the connection of a refused upgrade only if its own `onRequest`
  // ran.
  app.addHook('preParsing', async (request, reply) => {
    if (request.protocol === 'https')
      void reply.header('strict-transport-security', STRICT_TRANSPORT_SECURITY);
    await guard.admit(request);
    // Before any of it is read: some methods would fail for lack of a body where there is no route anyway.
    if (request.is404) throw new RequestError('not_found');
    limitBody(request, config.requestTimeoutSeconds);
  });
  app.addHook('preValidation', (request, _reply, next) => {
    requireStorableText(request);
    next();
  });
}

function logAnswers(app: FastifyInstance, log: Log): void {
  app.addHook('onResponse', (request, reply, done) => {
    log.debug('answered', {
      method: request.method,
      route: request.routeOptions.url ?? 'none',
      status: reply.statusCode,
      seconds: reply.elapsedTime / 1000,
      trace: request.trace?.traceId,
    });
    done();
  });
}

/** Tells browsers what pages may do with this server, and what the page of this server may do. */
async function protectBrowsers(app: FastifyInstance, origins: OriginPolicy): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: CONTENT_SECURITY },
    // Sent only over https, by the hook of `admitRequests`.
    strictTransportSecurity: false,
  });
  await app.register(cors, {
    delegator: (request: FastifyRequest) =>
      Promise.resolve({
        origin: request.headers.origin !== undefined && origins.originAllowed(request.headers),
        methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
        exposedHeaders: EXPOSED_HEADERS,
      }),
  });
}

function answerNotFound(reply: FastifyReply): void {
  const { status, body } = httpError('not_found');
  void reply.code(status).send(body);
}

/**
 * Checks requests and answers by the schemas of routes. Given later than with the options, these compilers would come after
 * Fastify has loaded its own, which takes a twelfth of a start.
 */
const BY_ZOD = {
  compilersFactory: {
    buildValidator: () => validatorCompiler,
    buildSerializer: () => serializerCompiler,
  },
} as unknown as NonNullable<FastifyServerOptions['schemaController']>;

function createFastify(config: Config, tls: ServerTls | undefined): FastifyInstance {
  const timeout = config.requestTimeoutSeconds * 1000;
  const limits = {
    IncomingMessage: BoundedRequest,
    maxHeaderSize: MAX_HEAD_BYTES,
    headersTimeout: timeout,
    // Not limited here, since an upload may take its time: heads and bodies have limits of their own.
    requestTimeout: 0,
    connectionsCheckingInterval: Math.min(1000, timeout),
  };
  const app = fastify({
    logger: false,
    bodyLimit: MAX_BODY_BYTES,
    schemaController: BY_ZOD,
    trustProxy: config.trustedProxies.length === 0 ? false : [...config.trustedProxies],
    ...(tls === undefined ? { http: limits } : { https: { ...limits, ...tls.options } }),
    clientErrorHandler: ({ code }: NodeJS.ErrnoException, socket: Socket) => {
      answerBrokenRequest(code, socket);
    },
    frameworkErrors: (_error: unknown, request: FastifyRequest, reply: FastifyReply) => {
      // Node hands over the connection of an upgrade for good, so it has to be closed here.
      if (request.headers.upgrade !== undefined) reply.raw.once('finish', () => request.raw.socket.destroy());
      answerNotFound(reply);
    },
  } as FastifyServerOptions);
  if (tls !== undefined) tls.keepCurrent(app.server as unknown as HttpsServer);
  return app;
}

/** Requires that a route names who may use it. Preflights are exempt, since their answers reveal nothing. */
function requireAction({ config, method, url }: RouteOptions): void {
  if (config?.action !== undefined || method === 'OPTIONS') return;
  throw new TypeError(`the route ${String(method)} ${url} names no action of the table of permissions`);
}

/** Cuts off clients that send a body drop by drop. Uploads have a limit of their own, for silence. */
function limitBody(request: FastifyRequest, seconds: number): void {
  const { action } = request.routeOptions.config;
  if (request.ws || action === 'transcription.create' || request.raw.complete) return;
  const timer = setTimeout(() => {
    answerBrokenRequest('ERR_HTTP_REQUEST_TIMEOUT', request.raw.socket);
  }, seconds * 1000);
  request.raw.once('end', () => {
    clearTimeout(timer);
  });
  request.raw.once('close', () => {
    clearTimeout(timer);
  });
}

/** Answers what never became a request, and closes the connection. */
function answerBrokenRequest(cause: string | undefined, socket: Socket): void {
  if (cause === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  answerAndClose(socket, brokenRequestCodes[cause ?? ''] ?? 'malformed_request');
}

function answerAndClose(socket: Socket, code: ErrorCode, details?: HttpErrorDetails): void {
  const { status, body } = httpError(code, details);
  const text = JSON.stringify(body);
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  );
  // Without listeners, nothing more reaches the parser.
  socket.removeAllListeners('data').resume();
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('close', () => {
    clearTimeout(timer);
  });
}

/** How long further input is discarded, so that its sender reads the answer, milliseconds. */
const LINGER_MS = 1000;

const brokenRequestCodes: Readonly<Record<string, ErrorCode>> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
};
