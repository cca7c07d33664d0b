/** Asks a server over HTTP. */
export type AskServer = (path: string, init?: RequestInit) => Promise<Response>;

/**
 * Asks the server at an address for what is at a path: with an access token, or else as whoever the browser knows to be logged in.
 *
 * @param server as the attribute of that name, which may be the address of its socket
 * @param path relative to the root of the server
 */
export function askServer(
  server: string | null,
  token: string | null,
  path: string,
  init: RequestInit = {},
): Promise<Response> {
  const base = new URL(server ?? '/', document.baseURI);
  base.protocol = base.protocol.replace('ws', 'http');
  const root = base.pathname.replace(/ws\/transcribe$/, '').replace(/\/?$/, '/');
  return fetch(new URL(root + path, base), {
    ...init,
    headers: {
      ...(token !== null && { authorization: `Bearer ${token}` }),
      ...(init.body && { 'content-type': 'application/json' }),
    },
  });
}
