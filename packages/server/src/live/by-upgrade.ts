import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';

type Strategy = Parameters<FastifyInstance['addConstraintStrategy']>[0];
type Storage = ReturnType<Strategy['storage']>;
type Handler = NonNullable<ReturnType<Storage['get']>>;

/** Tells requests for a connection from others at the same path. */
export const byUpgrade = {
  name: 'upgrade',
  storage: (): Storage => {
    const handlers = new Map<unknown, Handler>();
    return {
      get: (upgrade) => handlers.get(upgrade) ?? null,
      set: (upgrade, handler) => {
        handlers.set(upgrade, handler);
      },
    };
  },
  deriveConstraint: ({ headers }: IncomingMessage) => headers.upgrade?.toLowerCase(),
} as const;
