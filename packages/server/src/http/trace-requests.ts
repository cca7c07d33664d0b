import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { RequestTrace, Tracing } from '../telemetry/tracing/tracing.js';
import { isTrustedProxy, type TrustedProxies } from './trusted-proxy.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The span of the request; undefined if none is wanted. */
    trace: RequestTrace | undefined;
  }
}

/** Reports each request but for upgrades, which begin sessions, and what monitoring asks for every few seconds. */
export function traceRequests(
  app: FastifyInstance,
  tracing: Tracing | undefined,
  trustedProxies: TrustedProxies,
): void {
  app.decorateRequest('trace', undefined);
  if (!tracing) return;
  app.addHook('onRequest', (request, _reply, next) => {
    const route = request.routeOptions.url ?? 'none';
    if (!request.ws && !isMonitoring(route))
      request.trace = tracing.request({
        method: request.method,
        route,
        scheme: request.protocol,
        traceparent: trustedTraceparent(request, trustedProxies),
      });
    next();
  });
  app.addHook('onResponse', (request, reply, next) => {
    request.trace?.end(reply.statusCode);
    next();
  });
}

/** The `traceparent` of a request that comes from a trusted proxy. Others could make the server send spans for any trace. */
export function trustedTraceparent(
  { headers: { traceparent }, raw }: Pick<FastifyRequest, 'headers' | 'raw'>,
  trustedProxies: TrustedProxies,
): string | undefined {
  if (typeof traceparent !== 'string' || !isTrustedProxy(raw.socket.remoteAddress, trustedProxies))
    return undefined;
  return traceparent;
}

function isMonitoring(route: string): boolean {
  return route === '/metrics' || route.startsWith('/health');
}
