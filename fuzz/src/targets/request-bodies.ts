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
    // A field that is there twice may hide depth from what is made of the text, but not the other way round.
    mustHold(isDeep || depthOf(body) <= MOST_NESTED, 'what is too deep is told by its text');
    // Also what is too deep for the server to look at it: parts of requests that are no bodies are not asked before.
    const request = { params: {}, query: {}, body } as unknown as FastifyRequest;
    unlessRefused(['RequestError'], () => {
      requireStorableText(request);
    });
  },
};

/** Lists and objects in one another, up to one more than there may be. */
function depthOf(whole: unknown): number {
  let depth = 0;
  for (let level = [whole].filter(isNest); level.length > 0 && depth <= MOST_NESTED; depth++)
    level = level.flatMap((nest) => Object.values(nest).filter(isNest));
  return depth;
}

function isNest(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
