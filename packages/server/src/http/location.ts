import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyRequest } from 'fastify';

/**
 * Where what was made by a POST to a collection is, for `Location`. Unless a proxy says what it puts ahead of the path, it
 * is relative to the address of the collection, as RFC 9110 allows, so that it is right whatever that is.
 *
 * @param collection its path, without a slash at the end
 */
export function locationOf(request: Forwarded, collection: string, id: string): string {
  const prefix = prefixOf(request);
  const path = prefix === '' ? collection.slice(collection.lastIndexOf('/') + 1) : prefix + collection;
  return `${path}/${id}`;
}

type Forwarded = Pick<FastifyRequest, 'headers' | 'ips'>;

/** A path as proxies put it ahead of others: names between slashes, and none that leads elsewhere. */
const PREFIX = /^(?:\/(?!\.{1,2}(?:\/|$))[\w.~-]{1,100}){1,10}$/;

/** What a trusted proxy has taken off the path (`X-Forwarded-Prefix`); empty where there is none, or it makes no sense. */
export function prefixOf({ headers, ips = [] }: Forwarded): string {
  const given = headers['x-forwarded-prefix'];
  // Where the peer is not trusted, it is the only address that is known.
  if (ips.length < 2 || typeof given !== 'string') return '';
  const prefix = given.replace(/\/$/, '');
  return PREFIX.test(prefix) ? prefix : '';
}

/**
 * Cuts `X-Forwarded-For` to the addresses nearest to this server, which trusted proxies have added; what clients put ahead of
 * them costs as much to look through as it is long. Where it names nobody so near, it is as if there were none.
 */
export function forgetFarProxies(headers: IncomingHttpHeaders): void {
  const given = headers['x-forwarded-for'];
  if (typeof given !== 'string' || given.length <= MOST_FORWARDED) return;
  const near = given.slice(-MOST_FORWARDED);
  const comma = near.indexOf(',');
  headers['x-forwarded-for'] = comma < 0 ? '' : near.slice(comma + 1);
}

/** Characters: the addresses of some twenty proxies, with IPv6. */
const MOST_FORWARDED = 1_024;
