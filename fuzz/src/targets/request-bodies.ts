import type { FastifyRequest } from 'fastify';
import { requireStorableText } from '../../../packages/server/dist/http/storable-text.js';
import { unlessRefused, type FuzzTarget } from '../target.js';

/** Bodies of requests in JSON, before anybody has logged in. */
export const target: FuzzTarget = {
  longest: 65_536,
  allowed: { ms: 3, msPerKiB: 0.1 },
  prepare: () => (input) => {
    let body: unknown;
    try {
      body = JSON.parse(input.toString());
    } catch {
      return;
    }
    const request = { params: {}, query: {}, body } as unknown as FastifyRequest;
    unlessRefused(['RequestError'], () => {
      requireStorableText(request);
    });
  },
};
