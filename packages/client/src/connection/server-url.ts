import { invalidOptions } from '../problem.js';

const PATH = 'ws/transcribe';

/** Where to connect: `fresh` for a new session, `resume` to resume one. */
export interface ServerUrls {
  readonly fresh: string;
  readonly resume: string;
}

/** Completes the address of a server. Without one, the page's own host. Throws `invalid_options`. */
export function serverUrls(given: string | undefined): ServerUrls {
  const address = given ?? (globalThis as { location?: { origin?: string } }).location?.origin;
  if (address === undefined)
    throw invalidOptions('Give the address of the server, such as url: "http://127.0.0.1:8000".');
  const url = parse(address);
  url.protocol = url.protocol.replace('http', 'ws');
  url.hash = '';
  if (url.pathname.endsWith('/')) url.pathname += PATH;
  const fresh = url.href;
  return { fresh, resume: `${fresh}${url.search === '' ? '?' : '&'}resume` };
}

function parse(address: string): URL {
  const base = (globalThis as { location?: { href?: string } }).location?.href;
  if (URL.canParse(address, base)) {
    const url = new URL(address, base);
    if (/^(ws|http)s?:$/.test(url.protocol)) return url;
  }
  throw invalidOptions('The url is no address of a server. Write it as http://host:port or wss://host.');
}
