import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyRequest } from 'fastify';

/**
 * The `Location` of what a POST to a collection made. Unless a proxy names the prefix that it adds to the path, it is
 * relative to the address of the collection, as RFC 9110 allows, so that it is right under any prefix.
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
  // If the peer is not trusted, its address is the only one in the list.
  if (ips.length < 2 || typeof given !== 'string') return '';
  const prefix = given.replace(/\/$/, '');
  return PREFIX.test(prefix) ? prefix : '';
}

/**
 * Cuts `X-Forwarded-For` down to its end, where trusted proxies have added their addresses: what clients have put before them
 * costs time in proportion to its length. If the end holds no whole address, the header counts as missing.
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
