import { TranscriberError } from '@auscult/client';

/** Asks a server for a ticket for one connection, with an access token. Rejects if it gives none. */
export async function askForTicket(server: string | null, token: string): Promise<string> {
  const base = new URL(server ?? '/', document.baseURI);
  base.protocol = base.protocol.replace('ws', 'http');
  const path = base.pathname.replace(/ws\/transcribe$/, '').replace(/\/?$/, '/');
  const response = await fetch(new URL(`${path}api/v1/tickets`, base), {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
  });
  if (response.status === 401)
    throw new TranscriberError({ code: 'unauthorized', message: 'The server does not accept this token.' });
  if (!response.ok) throw new Error(`The server gave no ticket: ${response.status}.`);
  return ((await response.json()) as { ticket: string }).ticket;
}
