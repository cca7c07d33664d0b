import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyRequest } from 'fastify';

/**
 * The `Location` of what a POST to a collection made. Unless a proxy names the prefix that it adds to the path, it is
 * relative to the address of the collection, as RFC 9110 allows, and so right whatever that is.
 *
 * @param collection its path, without a slash at the end
 */
export function locationOf(request: Forwarded, collection: string, id: string): string {
  const prefix = prefixOf(request);
  const path = prefix === '' ? collection.slice(collection.lastIndexOf('/') + 1) : prefix + collection;
  return `${path}/${id}`;
}

type Forwarded = Pick<FastifyRequest, 'headers' | 'ips'>;

/** A path prefix of proxies: names between slashes, none of which leads elsewhere. */
const PREFIX = /^(?:\/(?!\.{1,2}(?:\/|$))[\w.~-]{1,100}){1,10}$/;

/**
 * The prefix that a trusted proxy has removed from the path (`X-Forwarded-Prefix`); empty if there is none, or it
 * makes no sense.
 */
export function prefixOf({ headers, ips = [] }: Forwarded): string {
  const given = headers['x-forwarded-prefix'];
  // Where the peer is not trusted, it is the only address that is known.
  if (ips.length < 2 || typeof given !== 'string') return '';
  const prefix = given.replace(/\/$/, '');
  return PREFIX.test(prefix) ? prefix : '';
}

/**
 * Cuts `X-Forwarded-For` down to the addresses nearest to this server, which trusted proxies have added, since what
 * clients put before them costs time in proportion to its length. If none is that near, the header counts as missing.
 */
export function forgetFarProxies(headers: IncomingHttpHeaders): void {
  const given = headers['x-forwarded-for'];
  if (typeof given !== 'string' || given.length <= MOST_FORWARDED) return;
  const near = given.slice(-MOST_FORWARDED);
  const comma = near.indexOf(',');
  headers['x-forwarded-for'] = comma < 0 ? '' : near.slice(comma + 1);
}

/** Characters: the addresses of about twenty proxies, with IPv6. */
const MOST_FORWARDED = 1_024;
