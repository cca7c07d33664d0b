import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import { isLoopback } from '../config/loopback.js';
import type { Config } from '../config/schema.js';

/** Decides which web pages may talk to the server. */
export interface OriginPolicy {
  /**
   * Whether a request with these headers is allowed. Programs that are not browsers send no `Origin`, and are; a page
   * is if it comes from the server itself, from loopback, or from an allowed origin.
   */
  readonly originAllowed: (headers: Pick<IncomingHttpHeaders, 'origin' | 'host'>) => boolean;
  /**
   * Whether a request with these headers comes from the server's own page, or from an origin that is allowed by name:
   * only these may use a login that the browser sends by itself, not other programs on loopback, nor pages that only
   * `*` allows.
   */
  readonly isOwnPage: (headers: Pick<IncomingHttpHeaders, 'origin' | 'host'>) => boolean;
  /**
   * Whether `Host` names this server. Without authentication, only an address, `localhost`, an allowed host and the
   * host of an allowed origin do: any other name, with dots or without, may be one that a name server resolves to
   * this machine (DNS rebinding), so that a foreign page passes for the server's own. With authentication, such a
   * page has no credential to show, and any name is accepted unless `allowedHosts` restricts them.
   */
  readonly hostAllowed: (headers: Pick<IncomingHttpHeaders, 'host'>) => boolean;
}

type OriginSettings = Pick<Config, 'allowedOrigins' | 'allowedHosts' | 'authentication'>;

/** The policy that the settings describe. */
export function createOriginPolicy({
  allowedOrigins,
  allowedHosts,
  authentication,
}: OriginSettings): OriginPolicy {
  const anyOrigin = allowedOrigins.includes('*');
  const anyHost = allowedHosts.length === 0 && (anyOrigin || authentication === 'required');
  const originHosts = allowedOrigins.filter((origin) => origin !== '*').map((origin) => new URL(origin).host);
  const isNamed = (origin: string): boolean => origin !== '*' && allowedOrigins.includes(origin);
  return {
    originAllowed: (headers) => {
      if (headers.origin === undefined || anyOrigin || isNamed(headers.origin)) return true;
      const origin = URL.canParse(headers.origin) ? new URL(headers.origin) : undefined;
      return origin !== undefined && (isThisMachine(origin.hostname) || origin.host === headers.host);
    },
    isOwnPage: ({ origin, host }) =>
      origin !== undefined && (isNamed(origin) || (URL.canParse(origin) && new URL(origin).host === host)),
    hostAllowed: ({ host }) => {
      if (anyHost || host === undefined) return true;
      const name = hostnameOf(host);
      if (name === undefined) return false;
      return (
        isIP(name) !== 0 || isThisMachine(name) || allowedHosts.includes(name) || originHosts.includes(host)
      );
    },
  };
}

/**
 * Whether a name can only mean this machine. Not every browser resolves the names under `localhost` by itself: some
 * ask, and get whatever the network's name server answers.
 */
function isThisMachine(name: string): boolean {
  return name === 'localhost' || (isLoopback(name) && isIP(withoutBrackets(name)) !== 0);
}

function hostnameOf(host: string): string | undefined {
  const url = `http://${host}`;
  return URL.canParse(url) ? withoutBrackets(new URL(url).hostname) : undefined;
}

function withoutBrackets(host: string): string {
  return host.startsWith('[') ? host.slice(1, -1) : host;
}
