import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { databaseFailureOf } from '../db/database-failure.js';
import { httpError, RequestError } from '../errors.js';
import type { Log } from '../telemetry/log.js';
import { detailsOfRefusal, type RequestPart } from './describe-issue.js';

/** An HTTP answer that is an error; the body is sent as JSON. */
export interface ErrorAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: object;
}

/** Writes an error in the form that the clients of a route understand. */
export type WriteError = (error: RequestError, request: FastifyRequest) => ErrorAnswer;

/** Answers whatever the routes of `app` throw in one form, by default that of the server's own interface. */
export function answerErrors(app: FastifyInstance, log: Log, write: WriteError = writeError): void {
  app.setErrorHandler(errorHandler(log, write));
}

/** A handler of errors for a single route. */
export function errorHandler(
  log: Log,
  write: WriteError,
): (error: unknown, request: FastifyRequest, reply: FastifyReply) => void {
  return (error, request, reply) => {
    const refusal = refusalOf(error, request);
    const trace = request.trace?.traceId;
    if (isBrokenOff(error, request))
      log.debug('request broken off', { route: request.routeOptions.url ?? 'none', trace });
    else if (refusal.code === 'internal_error') log.unexpected(refusal.cause ?? error, { trace });
    if (refusal.retryAfterSeconds !== undefined) void reply.header('retry-after', refusal.retryAfterSeconds);
    const { status, headers = {}, body } = write(refusal, request);
    void reply.code(status).headers(headers).type('application/json').send(body);
  };
}

const writeError: WriteError = ({ code, details, explanation }) => httpError(code, details, explanation);

/** Whether a route takes a form with files. */
function takesForm({ routeOptions }: FastifyRequest): boolean {
  return routeOptions.schema?.consumes?.includes('multipart/form-data') === true;
}

/**
 * The refusal of a request for an error. Messages of foreign errors quote their input, so they are never passed on.
 */
export function refusalOf(error: unknown, request: FastifyRequest): RequestError {
  if (error instanceof RequestError) return error;
  if (hasZodFastifySchemaValidationErrors(error)) {
    const [refusal] = error.validation;
    return new RequestError('invalid_request', detailsOfRefusal(request, partOf(error), refusal));
  }
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE')
    return new RequestError(takesForm(request) ? 'form_expected' : 'json_expected');
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new RequestError('request_too_large');
  if (code === 'FST_ERR_CTP_EMPTY_JSON_BODY' || code === 'FST_ERR_CTP_INVALID_JSON_BODY')
    return new RequestError('json_expected');
  if (databaseFailureOf(error) !== 'unforeseen')
    return new RequestError('records_unavailable', {}, RETRY_AFTER_SECONDS, { cause: error });
  return new RequestError('internal_error', {}, undefined, { cause: error });
}

function partOf(error: object): RequestPart {
  const part = 'validationContext' in error ? error.validationContext : undefined;
  return part === 'params' || part === 'querystring' ? part : 'body';
}

/** Whether the client left in the middle of its request, so that nobody reads the answer. */
function isBrokenOff(error: unknown, { raw }: FastifyRequest): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ECONNRESET' && !raw.complete;
}

/** When a client may ask again after the database failed, seconds. */
const RETRY_AFTER_SECONDS = 5;
