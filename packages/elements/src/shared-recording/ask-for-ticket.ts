import { TranscriberError } from '@auscult/client';
import { askServer } from './ask-server.js';

/** Asks a server for a ticket for one connection, with an access token. Rejects if it gives none. */
export async function askForTicket(server: string | null, token: string): Promise<string> {
  const response = await askServer(server, token, 'api/v1/tickets', { method: 'POST' });
  if (response.status === 401)
    throw new TranscriberError({ code: 'unauthorized', message: 'The server does not accept this token.' });
  if (!response.ok) throw new Error(`The server gave no ticket: ${response.status}.`);
  return ((await response.json()) as { ticket: string }).ticket;
}
