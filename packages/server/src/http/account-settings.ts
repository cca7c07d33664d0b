import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Access } from '../access/access.js';
import { pageSettings } from '../account-settings/page-settings.js';
import { errorResponses } from '../errors.js';
import { ownUser } from './account.js';

const PATH = '/api/v1/account/settings';

const settings = pageSettings.meta({ description: 'What was chosen; anything else is as the page has it.' });

const body = z.object({
  version: z.int().meta({ description: 'Counts the changes; 0 before the first.' }),
  settings,
});

/** Adds the routes at `/api/v1/account/settings`, with which the settings of the page follow whoever logs in. */
export function registerAccountSettings(app: FastifyInstance, access: Access): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  routes.get(
    PATH,
    {
      config: { action: 'account.read' },
      schema: {
        summary: 'Your own settings of the page',
        response: { 200: body, ...errorResponses('unauthenticated', 'account_not_found') },
      },
    },
    async (request, reply) => {
      const { id } = await ownUser(access, request);
      void reply.header('cache-control', 'no-store');
      return access.settings.read(id);
    },
  );
  routes.put(
    PATH,
    {
      config: { action: 'account.change' },
      schema: {
        summary: 'Replace your own settings of the page',
        description: 'Kept encrypted, and deleted when your account is disabled.',
        body: z.strictObject({
          version: z.int().min(0).max(1_000_000_000).meta({
            description: 'The version that was read: refused as `settings_changed` if it is another by now.',
          }),
          settings,
        }),
        response: {
          200: body,
          ...errorResponses('invalid_request', 'settings_changed', 'unauthenticated', 'account_not_found'),
        },
      },
    },
    async (request, reply) => {
      const { id } = await ownUser(access, request);
      void reply.header('cache-control', 'no-store');
      return access.settings.replace(id, request.body.version, request.body.settings);
    },
  );
}
