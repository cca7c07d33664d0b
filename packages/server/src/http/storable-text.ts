import type { FastifyRequest } from 'fastify';
import { RequestError } from '../errors.js';

/** Half a character; no UTF-8 can hold it. */
const LONE_SURROGATE = /\p{Surrogate}/u;
/** PostgreSQL takes text with it for broken, SQLite and C for its end. */
const NUL = '\u0000';

/** Throws `invalid_request`, naming the field, where text of a request holds what cannot be stored. */
export function requireStorableText({ params, query, body }: FastifyRequest): void {
  for (const part of [params, query, body]) requireStorable(part, []);
}

function requireStorable(value: unknown, path: readonly string[]): void {
  if (typeof value === 'string') {
    if (value.includes(NUL) || LONE_SURROGATE.test(value))
      throw new RequestError('invalid_request', {
        field: path.join('.'),
        limit: 'text without U+0000 and halves of characters',
      });
    return;
  }
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return;
  for (const [name, inner] of Object.entries(value)) requireStorable(inner, [...path, name]);
}
