import { isLoopback } from '../config/loopback.js';

/** The servers of NATS that a setting names. */
export interface ClusterAddress {
  /** `host:port` of each. */
  readonly servers: readonly string[];
  /** Whether the connection must be encrypted. */
  readonly isEncrypted: boolean;
  /** User and password that stand in an address, or a token alone. */
  readonly user: string | undefined;
  readonly password: string | undefined;
}

const DEFAULT_PORT = '4222';

/** Whether a text is an address of NATS: `nats://host:4222` or `tls://host:4222`, with nothing behind the port. */
export function isClusterUrl(text: string): boolean {
  if (!/^(nats|tls):\/\//.test(text) || !URL.canParse(text)) return false;
  const { hostname, pathname, search, hash } = new URL(text);
  return hostname !== '' && ['', '/'].includes(pathname) && search + hash === '';
}

/** Reads addresses for which {@link isClusterUrl} holds. The first user and password count for all of them. */
export function parseClusterUrls(urls: readonly string[]): ClusterAddress {
  const parsed = urls.map((url) => new URL(url));
  const withUser = parsed.find(({ username }) => username !== '');
  return {
    servers: parsed.map(({ hostname, port }) => `${hostname}:${port || DEFAULT_PORT}`),
    isEncrypted: parsed.some(({ protocol }) => protocol === 'tls:'),
    user: decoded(withUser?.username),
    password: decoded(withUser?.password),
  };
}

/** Whether others could listen to what is said to one of these addresses. */
export function isReadableOnTheWay(urls: readonly string[]): boolean {
  return !parseClusterUrls(urls).isEncrypted && urls.some((url) => !isLoopback(new URL(url).hostname));
}

function decoded(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : decodeURIComponent(text);
}
