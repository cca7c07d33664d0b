/** Where a path of the server's HTTP interface is, by the address that the attribute `server` gives; that of the page if none. */
export function apiAddress(server: string | null | undefined, path: string): URL {
  const base = new URL(server ?? '/', document.baseURI);
  base.protocol = base.protocol.replace('ws', 'http');
  const folder = base.pathname.replace(/ws\/transcribe$/, '').replace(/\/?$/, '/');
  return new URL(`${folder}api/v1/${path}`, base);
}
