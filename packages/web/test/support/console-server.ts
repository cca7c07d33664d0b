import { expect } from 'vitest';
import { connectOptedIn, silence } from '../../../server/test/support/client.js';
import { startGuardedServer, type GuardedServer } from '../../../server/test/support/guarded-server.js';
import { cookieOf, createUser, type CreatedUser } from '../../../server/test/support/people.js';
import { until } from '../../../server/test/support/until.js';

/** Somebody with a role, who is logged in. */
export interface Somebody extends CreatedUser {
  readonly cookie: string;
}

/** A real server with people and what they said; the recognizer says what a test wants. */
export interface ConsoleServer extends GuardedServer {
  readonly somebody: (role: string, groups?: readonly string[]) => Promise<Somebody>;
  /** Opens a session in which each text takes a second; resolves with its id once all of them were recognised. */
  readonly speak: (who: Somebody, texts: readonly string[]) => Promise<Spoken>;
  /** The same, and ends it. */
  readonly record: (who: Somebody, texts: readonly string[]) => Promise<string>;
}

interface Spoken {
  readonly id: string;
  readonly end: () => Promise<void>;
  readonly closed: Promise<number>;
}

let people = 0;

/** Starts one that keeps audio. */
export async function startConsoleServer(
  overrides: Parameters<typeof startGuardedServer>[0] = {},
): Promise<ConsoleServer> {
  const server = await startGuardedServer({ keepAudio: 'true', ...overrides });
  const speak: ConsoleServer['speak'] = async (who, texts) => {
    const before = server.recognizer.streams.length;
    const client = await connectOptedIn(server.url, { headers: { cookie: who.cookie, origin: server.url } });
    const id = client.all('ready')[0]?.sessionId ?? '';
    client.send(silence(0.1));
    await until(() => server.recognizer.streams.length > before);
    const stream = server.recognizer.streams[before];
    for (const [index, text] of texts.entries()) {
      client.send(silence(1));
      await until(() => (stream?.pushed.length ?? 0) > index + 1);
      stream?.final(text);
      while (client.all('transcription').length <= index) await client.next('transcription');
    }
    const end = async (): Promise<void> => {
      client.send({ type: 'stop' });
      await client.next('stopped');
      client.socket.close();
      await client.closed;
    };
    return { id, end, closed: client.closed };
  };
  return {
    ...server,
    somebody: async (role, groups = []) => {
      const order = { name: `${role}-${people++}`, role, groups, usesCodes: false };
      const user = await createUser(server, order);
      return { ...user, cookie: await cookieOf(server, user) };
    },
    speak,
    record: async (who, texts) => {
      const { id, end } = await speak(who, texts);
      await end();
      await until(async () => (await stateOf(server, who, id)) === 'ended');
      return id;
    },
  };
}

async function stateOf({ url }: GuardedServer, { cookie }: Somebody, id: string): Promise<string> {
  const response = await fetch(`${url}/api/v1/sessions/${id}`, { headers: { cookie } });
  expect(response.status).toBe(200);
  return ((await response.json()) as { readonly state: string }).state;
}
