import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { securitySchemes } from './describe-access.js';
import { prefixOf } from './location.js';

const overview = z.object({
  name: z.literal('Auscult'),
  version: z.string(),
  transcribe: z.string().meta({ description: 'Path of the WebSocket.' }),
  transcriptions: z.string(),
  health: z.string(),
  metrics: z.string(),
  openapi: z.string(),
});

/** Adds what the server says about itself: where everything is, and OpenAPI of all routes that are added after this. */
export async function describeServer(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Auscult',
        description:
          'The HTTP side of the server. Live transcription is a WebSocket at `/ws/transcribe`, see protocol.md.',
        version,
      },
      // Relative to the address of this description, so that it is right behind a proxy that adds a prefix to the path.
      servers: [{ url: '.' }],
      components: { securitySchemes },
    },
    stripBasePath: false,
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  });
  addOverview(app, version);
  app.get(
    '/openapi.json',
    {
      config: { action: 'description.read' },
      schema: { summary: 'This description', response: { 200: z.looseObject({}) } },
    },
    () => ({ ...app.swagger() }),
  );
}

function addOverview(app: FastifyInstance, version: string): void {
  app.get(
    '/api/v1',
    {
      config: { action: 'description.read' },
      schema: { summary: 'What this server offers', response: { 200: overview } },
    },
    (request) => {
      const prefix = prefixOf(request);
      return {
        name: 'Auscult' as const,
        version,
        transcribe: `${prefix}/ws/transcribe`,
        transcriptions: `${prefix}/api/v1/transcriptions`,
        health: `${prefix}/health`,
        metrics: `${prefix}/metrics`,
        openapi: `${prefix}/openapi.json`,
      };
    },
  );
}
