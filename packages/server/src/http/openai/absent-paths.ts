import type { FastifyInstance } from 'fastify';
import { RequestError } from '../../errors.js';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** Paths of OpenAI below a base URL that lacks its `/v1`, the most common mistake of all. */
const WITHOUT_VERSION = ['/audio/*', '/models', '/models/*'];

/** Paths of OpenAI for what this server does not do. */
const NOT_OFFERED = [
  '/v1/audio/speech',
  '/v1/chat/*',
  '/v1/completions',
  '/v1/responses',
  '/v1/embeddings',
  '/v1/files',
  '/v1/batches',
];

/** Answers requests for what is not here, in the form that clients of OpenAI understand. */
export function addAbsentPaths(app: FastifyInstance): void {
  const add = (url: string, code: 'base_url_incomplete' | 'not_offered'): void => {
    app.route({
      method: METHODS,
      url,
      config: { action: 'description.read' },
      schema: { hide: true },
      preParsing: () => Promise.reject(new RequestError(code)),
      handler: () => Promise.reject(new RequestError(code)),
    });
  };
  for (const url of WITHOUT_VERSION) add(url, 'base_url_incomplete');
  for (const url of NOT_OFFERED) add(url, 'not_offered');
}
