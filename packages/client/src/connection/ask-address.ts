/**
 * The answer of an address to a plain request: a status, `hidden` if something answers that this page may not read,
 * or `none`. Browsers do not say why a socket did not open, whether the server is down or the path is wrong.
 */
export type AddressAnswer = number | 'hidden' | 'none';

/** Longer than any running server takes, milliseconds. */
const PATIENCE_MS = 5000;

/** Asks the address of a WebSocket over HTTP. A server of Auscult says 426 there. */
export async function askAddress(url: string): Promise<AddressAnswer> {
  const address = url.replace(/^ws/, 'http');
  const ask = (mode: RequestMode): Promise<Response> =>
    fetch(address, { mode, cache: 'no-store', signal: AbortSignal.timeout(PATIENCE_MS) });
  try {
    return (await ask('cors')).status;
  } catch {
    // Of another origin that allows this page nothing, not even the status can be seen.
    return ask('no-cors').then(
      ({ type, status }) => (type === 'opaque' ? 'hidden' : status),
      () => 'none',
    );
  }
}
