import { MOST_NESTED } from '@auscult/protocol';
import type { FastifyRequest } from 'fastify';
import { RequestError } from '../errors.js';

/** Half a character; no UTF-8 can hold it. */
const LONE_SURROGATE = /\p{Surrogate}/u;
/** PostgreSQL refuses text with this character; SQLite and C take it for the end of the text. */
const NUL = '\u0000';

/** The most values of one request, counting lists and objects: several times as many as any route takes. */
const MOST_VALUES = 1000;

/** Names of fields that an error may mention: names that a client made up may be anything, and of any length. */
const FIELD_NAME = /^\w{1,40}$/;

/** A value in a request, and the value that contains it. Paths are put together only if something is wrong. */
interface Place {
  readonly value: unknown;
  readonly name: string;
  readonly depth: number;
  readonly within: Place | undefined;
}

/**
 * Throws `invalid_request`, naming the field, if text of a request cannot be stored or there are more values than any
 * request needs, and `too_deeply_nested` if they are nested too deeply. Later checks then have little to do, however large
 * the request.
 */
export function requireStorableText({
  params,
  query,
  body,
}: Pick<FastifyRequest, 'params' | 'query' | 'body'>): void {
  for (const part of [params, query, body]) requireStorable(part);
}

function requireStorable(whole: unknown): void {
  /** Values that are still to be looked at, the next one last. */
  const waiting: Place[] = [{ value: whole, name: '', depth: 0, within: undefined }];
  let values = 0;
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    const { value, depth } = place;
    if (typeof value === 'string') requireText(value, place);
    if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) continue;
    if (depth === MOST_NESTED)
      throw new RequestError('too_deeply_nested', { limit: `at most ${MOST_NESTED} levels` });
    const inner = Object.entries(value);
    values += inner.length;
    if (values > MOST_VALUES)
      throw new RequestError('invalid_request', {
        field: fieldOf(place),
        limit: `at most ${MOST_VALUES} values in a request`,
      });
    for (const [name, each] of inner.reverse())
      waiting.push({ value: each, name, depth: depth + 1, within: place });
  }
}

function requireText(text: string, place: Place): void {
  if (!text.includes(NUL) && !LONE_SURROGATE.test(text)) return;
  throw new RequestError('invalid_request', {
    field: fieldOf(place),
    limit: 'text without U+0000 and halves of characters',
  });
}

/** The path up to where names made up by a client begin; undefined for the whole. */
function fieldOf(place: Place): string | undefined {
  const names: string[] = [];
  for (let at = place; at.within !== undefined; at = at.within) names.unshift(at.name);
  const strange = names.findIndex((name) => !FIELD_NAME.test(name));
  const known = strange < 0 ? names : names.slice(0, strange);
  return known.length === 0 ? undefined : known.join('.');
}
