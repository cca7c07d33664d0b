import { TranscriberError } from '@auscult/client';
import { apiAddress } from './api-address.js';

/** Asks a server for a ticket for one connection, with an access token. Rejects if it gives none. */
export async function askForTicket(server: string | null, token: string): Promise<string> {
  const response = await fetch(apiAddress(server, 'tickets'), {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
  });
  if (response.status === 401)
    throw new TranscriberError({ code: 'unauthorized', message: 'The server does not accept this token.' });
  if (!response.ok) throw new Error(`The server gave no ticket: ${response.status}.`);
  return ((await response.json()) as { ticket: string }).ticket;
}
