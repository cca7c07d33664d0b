import { isNestedDeeper, MOST_NESTED } from '@auscult/protocol';
import type { FastifyInstance } from 'fastify';
import { RequestError } from '../errors.js';

/** Reads JSON bodies as Fastify does, unless they are nested so deeply that they would only cost time. */
export function takeShallowJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body: string, done) => {
    if (isNestedDeeper(body)) done(new RequestError('too_deeply_nested', DEPTH));
    else void parse(request, body, done);
  });
}

const DEPTH = { limit: `at most ${MOST_NESTED} levels` };
