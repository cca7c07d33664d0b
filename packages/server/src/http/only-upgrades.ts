import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';

/** The constraint of a route that serves only upgrades to a WebSocket, at a path where other requests get something else. */
export const ONLY_UPGRADES = { upgrade: 'websocket' } as const;

/** Lets routes have that constraint. */
export function tellUpgradesApart(app: FastifyInstance): void {
  app.addConstraintStrategy({
    name: 'upgrade',
    storage: () => {
      const handlers = new Map<unknown, Handler>();
      return {
        get: (upgrade) => handlers.get(upgrade) ?? null,
        set: (upgrade, handler) => {
          handlers.set(upgrade, handler);
        },
      };
    },
    deriveConstraint: ({ headers }: IncomingMessage) => headers.upgrade?.toLowerCase(),
  });
}

type Strategy = Parameters<FastifyInstance['addConstraintStrategy']>[0];
type Handler = Parameters<ReturnType<Strategy['storage']>['set']>[1];
