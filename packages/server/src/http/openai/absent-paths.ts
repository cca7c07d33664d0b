import type { FastifyInstance } from 'fastify';
import { RequestError } from '../../errors.js';
import { addAbsentPath } from '../absent-path.js';

/** Paths of OpenAI below a base URL that lacks its `/v1`, the most common mistake of all. */
const WITHOUT_VERSION = ['/audio/*', '/models', '/models/*'];

/** Paths of OpenAI for what this server does not do. */
const NOT_OFFERED = [
  '/v1/audio/*',
  '/v1/chat/*',
  '/v1/completions',
  '/v1/responses',
  '/v1/embeddings',
  '/v1/files',
  '/v1/batches',
  '/v1/realtime/calls',
  '/v1/realtime/calls/*',
  '/v1/realtime/sessions',
  '/v1/realtime/translations',
  '/v1/realtime/translations/*',
  '/v1/live',
];

/** Answers requests for what is not here, in the form that clients of OpenAI understand. */
export function addAbsentPaths(app: FastifyInstance): void {
  for (const url of WITHOUT_VERSION) addAbsentPath(app, url, () => new RequestError('base_url_incomplete'));
  for (const url of NOT_OFFERED) addAbsentPath(app, url, () => new RequestError('not_offered'));
}
