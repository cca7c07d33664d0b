import { isNestedDeeper, MOST_NESTED } from '@auscult/protocol';
import type { FastifyRequest } from 'fastify';
import { requireStorableText } from '../../../packages/server/dist/http/storable-text.js';
import { mustHold, unlessRefused, type FuzzTarget } from '../target.js';

/** Bodies of requests in JSON, before anybody has logged in. */
export const target: FuzzTarget = {
  longest: 65_536,
  allowed: { ms: 3, msPerKiB: 0.1 },
  share: 0.5,
  prepare: () => (input) => {
    const text = input.toString();
    const isDeep = isNestedDeeper(text);
    let body: unknown;
    try {
      body = JSON.parse(text);
    } catch {
      return;
    }
    // The parsed value may be less deep than the text, since the last of two fields with one name wins, but not deeper.
    mustHold(
      isDeep || depthOf(body) <= MOST_NESTED,
      'a body that is nested too deeply is detected from its text',
    );
    // Also for a value that is too deep: the server checks the depth of bodies only, not of other parts of a request.
    const request = { params: {}, query: {}, body } as unknown as FastifyRequest;
    unlessRefused(['RequestError'], () => {
      requireStorableText(request);
    });
  },
};

/** How deep lists and objects lie in one another. Counting stops at one more than is allowed. */
function depthOf(whole: unknown): number {
  let depth = 0;
  for (let level = [whole].filter(isNest); level.length > 0 && depth <= MOST_NESTED; depth++)
    level = level.flatMap((nest) => Object.values(nest).filter(isNest));
  return depth;
}

function isNest(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
