import type { FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import { z } from 'zod';

/** Adds `/metrics` in the text format of Prometheus. */
export function registerMetrics(app: FastifyInstance, registry: Registry): void {
  app.get(
    '/metrics',
    {
      config: { action: 'metrics.read' },
      schema: {
        summary: 'Metrics for Prometheus',
        description: 'Counts, delays and sizes, never content.',
        produces: ['text/plain'],
        response: { 200: z.string() },
      },
    },
    async (_request, reply) => {
      void reply.type(registry.contentType);
      return registry.metrics();
    },
  );
}
