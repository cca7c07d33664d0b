import { randomUUID } from 'node:crypto';
import type { FastifyRequest } from 'fastify';

const ids = new WeakMap<FastifyRequest, string>();

/** The UUID of a request. A recording that it brings gets the same id, and so does the record of that. */
export function requestIdOf(request: FastifyRequest): string {
  const id = ids.get(request) ?? randomUUID();
  ids.set(request, id);
  return id;
}
