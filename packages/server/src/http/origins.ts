import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import type { Config } from '../config/schema.js';
import { isLoopback } from '../config/loopback.js';

/** Decides which web pages may talk to the server. */
export interface OriginPolicy {
  /**
   * Whether a request with these headers may come in. Programs that are not browsers send no `Origin` and may;
   * a page may if it comes from the server itself, from loopback, or from an allowed origin.
   */
  readonly originAllowed: (headers: Pick<IncomingHttpHeaders, 'origin' | 'host'>) => boolean;
  /**
   * Whether `Host` names this server. On loopback only an address, `localhost` or the host of an allowed origin
   * does: under any other name the server is reached by DNS rebinding, where a foreign page passes for the server's own.
   */
  readonly hostAllowed: (headers: Pick<IncomingHttpHeaders, 'host'>) => boolean;
}

/** The policy that the settings `allowedOrigins` and `host` describe. */
export function createOriginPolicy({
  allowedOrigins,
  host,
}: Pick<Config, 'allowedOrigins' | 'host'>): OriginPolicy {
  const anyOrigin = allowedOrigins.includes('*');
  const allowedHosts = allowedOrigins
    .filter((origin) => origin !== '*')
    .map((origin) => new URL(origin).host);
  return {
    originAllowed: (headers) => {
      if (headers.origin === undefined || anyOrigin || allowedOrigins.includes(headers.origin)) return true;
      const origin = URL.canParse(headers.origin) ? new URL(headers.origin) : undefined;
      return origin !== undefined && (isLoopback(origin.hostname) || origin.host === headers.host);
    },
    hostAllowed: (headers) => {
      if (anyOrigin || !isLoopback(host) || headers.host === undefined) return true;
      const name = hostnameOf(headers.host);
      return (
        name !== undefined && (isIP(name) !== 0 || isLoopback(name) || allowedHosts.includes(headers.host))
      );
    },
  };
}

function hostnameOf(host: string): string | undefined {
  const url = `http://${host}`;
  return URL.canParse(url) ? new URL(url).hostname.replace(/^\[(.*)\]$/, '$1') : undefined;
}
