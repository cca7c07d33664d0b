import type { FastifyInstance } from 'fastify';
import type { RequestError } from '../errors.js';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** Answers every request for a path that does not exist here, also one for a connection, with `error`. */
export function addAbsentPath(app: FastifyInstance, url: string, error: () => RequestError): void {
  app.route({
    method: METHODS,
    url,
    config: { action: 'absence.read' },
    schema: { hide: true },
    // Before anything of a body is read.
    preParsing: () => Promise.reject(error()),
    handler: () => Promise.reject(error()),
  });
}
