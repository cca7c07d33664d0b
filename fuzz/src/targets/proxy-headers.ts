import { isIP } from 'node:net';
import { loadConfig } from '@auscult/server';
import { fastify, type FastifyRequest } from 'fastify';
import { locationOf } from '../../../packages/server/dist/http/location.js';
import { createOriginPolicy } from '../../../packages/server/dist/http/origins.js';
import { BrokenProperty, mustHold, type FuzzTarget } from '../target.js';

/** Headers that a trusted proxy passed on, one on each line: `Host`, `Origin`, `X-Forwarded-*`, `Forwarded`. */
export const target: FuzzTarget = {
  longest: 2_048,
  allowed: { ms: 40, msPerKiB: 2 },
  share: 0.3,
  prepare: () => {
    const config = loadConfig({ flags: { trustedProxies: '127.0.0.1' }, environment: {} });
    const policy = createOriginPolicy(config);
    const app = fastify({ logger: false, trustProxy: [...config.trustedProxies] });
    let failure: unknown;
    app.get('/', (request, reply) => {
      try {
        check(request, policy);
      } catch (error) {
        failure = error;
      }
      return reply.code(204).send();
    });
    return async (input) => {
      failure = undefined;
      await app.inject({ method: 'GET', url: '/', headers: headersOf(input.toString('latin1')) });
      if (failure !== undefined)
        throw failure instanceof Error ? failure : new BrokenProperty('an error is thrown');
    };
  },
};

/** Headers as they come out of Node's own parser, which refuses all others. */
function headersOf(text: string): Record<string, string> {
  const pairs = text.split('\n').flatMap((line) => {
    const at = line.indexOf(':');
    const name = line.slice(0, at).toLowerCase();
    const value = line.slice(at + 1).trim();
    return /^[\w-]+$/u.test(name) && /^[\t\x20-\x7e\x80-\xff]*$/u.test(value) ? [[name, value] as const] : [];
  });
  return Object.fromEntries(pairs);
}

function check(request: FastifyRequest, policy: ReturnType<typeof createOriginPolicy>): void {
  const { headers } = request;
  mustHold(typeof request.ip === 'string', 'the request has an address');
  const last = headers['x-forwarded-for']?.toString().split(',').at(-1)?.trim() ?? '';
  if (isIP(last) !== 0 && last !== '127.0.0.1')
    mustHold(request.ip === last, 'the address is the one that the proxy saw');
  if (policy.isOwnPage(headers))
    mustHold(policy.originAllowed(headers), 'a page of the server itself is allowed');
  policy.hostAllowed(headers);
  const location = locationOf(request, '/api/v1/transcriptions', 'id');
  mustHold(
    !location.startsWith('//') && !location.includes('..') && !location.includes(':'),
    'a location points to this server',
  );
}
