import type { Explanation } from '@auscult/protocol';
import type { FastifyInstance } from 'fastify';
import { RequestError } from '../../errors.js';
import { addAbsentPath } from '../absent-path.js';

const NO_VOICE: Explanation = {
  meaning: 'The server does not speak.',
  remedy: 'Use /v1/listen, with which it transcribes.',
};

const NO_PROJECTS: Explanation = {
  meaning: 'The server has no projects.',
  remedy: 'Manage keys with `auscult keys`, or over /api/v1/keys.',
};

/** Paths of Deepgram for what this server does not do, and what that is. */
const NOT_OFFERED: Readonly<Record<string, Explanation>> = {
  '/v2/listen': {
    meaning: 'The server has no Flux models, which tell turns of a conversation.',
    remedy: 'Use /v1/listen.',
  },
  '/v1/speak': NO_VOICE,
  '/v2/speak': NO_VOICE,
  '/v1/read': {
    meaning: 'The server does not analyse texts.',
    remedy: 'Use /v1/listen, with which it transcribes.',
  },
  '/v1/agent/*': {
    meaning: 'The server has no voice agents.',
    remedy: 'Use /v1/listen, with which it transcribes.',
  },
  '/v1/projects': NO_PROJECTS,
  '/v1/projects/*': NO_PROJECTS,
};

/** Answers requests for what is not here, in the form that clients of Deepgram understand. */
export function addAbsentPaths(app: FastifyInstance): void {
  addAbsentPath(app, '/listen', () => new RequestError('base_url_incomplete'));
  for (const [url, explanation] of Object.entries(NOT_OFFERED))
    addAbsentPath(app, url, () => new RequestError('not_offered', {}, undefined, undefined, explanation));
}
