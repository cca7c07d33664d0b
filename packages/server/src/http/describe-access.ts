import type { ErrorCode } from '@auscult/protocol';
import type { FastifySchema, RouteOptions } from 'fastify';
import { loginCookieName } from '../access/logins.js';
import { isOpenToAnyone } from '../access/permissions.js';
import { errorResponses } from '../errors.js';

/** How a request may show who makes it, for the description of the API. */
export const securitySchemes = {
  bearer: {
    type: 'http',
    scheme: 'bearer',
    description: 'An API key, or a token of the issuer that is set.',
  },
  login: {
    type: 'apiKey',
    in: 'cookie',
    name: loginCookieName('https'),
    description: 'For the page of the server itself.',
  },
} as const;

/**
 * Adds to the description of a route whether it needs authentication, and the errors with which any such route may refuse a
 * request; the route itself lists its own errors. Must be run for each route that is added.
 */
export function describeAccess({ schema, config }: RouteOptions): void {
  if (schema?.response === undefined || config?.action === undefined) return;
  const isOpen = isOpenToAnyone(config.action);
  schema.response = { ...errorResponses(...refusalsOf(schema, isOpen)), ...schema.response };
  if (!isOpen) schema.security = Object.keys(securitySchemes).map((scheme) => ({ [scheme]: [] }));
}

function refusalsOf({ params, querystring, body }: FastifySchema, isOpen: boolean): readonly ErrorCode[] {
  return [
    'host_not_allowed',
    'internal_error',
    // A refusal is audited first; if that fails, the answer is `records_unavailable`.
    ...(isOpen ? [] : (['unauthenticated', 'forbidden', 'locked_out', 'records_unavailable'] as const)),
    ...(params || querystring || body ? (['invalid_request'] as const) : []),
    ...(body ? (['json_expected', 'request_too_large'] as const) : []),
  ];
}
