import { beforeAll, expect, test } from 'vitest';
import { runCli } from '../cli/run-cli.js';
import { connectOptedIn, type Client } from '../support/client.js';
import { describeDatabases } from '../support/databases.js';
import { startRealServer, type RealServer } from '../support/real-server.js';
import { loadSpeech, speak, type Speech } from '../support/speech.js';
import { until } from '../support/until.js';

const STREAMS = 3;
/** Finals that clients have seen when a server is killed: so many at least, and at random up to as many more. */
const FINALS_BEFORE_KILL = 4;

/** The part of a session that a client received before its server was killed. */
interface SeenSession {
  readonly id: string;
  readonly finals: readonly string[];
}

interface RecordBody {
  readonly endedAt?: string;
  readonly segments: readonly { readonly versions: readonly { readonly text: string }[] }[];
}

/** Tests that after so many kills of a server, no final that was seen is missing, on each kind of database. */
export function testKills(kills: number): void {
  let interview: Speech;
  beforeAll(async () => {
    interview = await loadSpeech('medical/MSK0001-opening');
  });

  describeDatabases('a server that is killed again and again while finals arrive', ({ settings }) => {
    test(
      'has every final that a client saw in its record, and a whole audit log',
      { timeout: 300_000 },
      async () => {
        const { dataDirectory, database } = settings();
        const storage = [
          ...['--data-directory', dataDirectory],
          ...(database === undefined ? [] : ['--database', database]),
        ];
        const start = (...flags: readonly string[]) =>
          startRealServer('--max-final-delay-seconds', '600', ...storage, ...flags);
        const seen: SeenSession[] = [];
        for (let kill = 0; kill < kills; kill++)
          seen.push(...(await killWhileSpeaking(await start(), interview)));
        expect(seen.flatMap(({ finals }) => finals).length).toBeGreaterThanOrEqual(
          kills * FINALS_BEFORE_KILL,
        );

        // Nobody comes back, so that what was left of each session is heard and its record ended.
        const { url } = await start('--resume-seconds', '1');
        for (const { id, finals } of seen) {
          await until(async () => (await recordOf(url, id)).endedAt !== undefined);
          const { segments } = await recordOf(url, id);
          const recorded = segments.map(({ versions }) => versions[0]?.text);
          expect(recorded.slice(0, finals.length)).toEqual(finals);
          expect((await fetch(sessionUrl(url, id), { method: 'DELETE' })).status).toBe(204);
        }
        expect(await runCli(['audit', 'verify', ...storage])).toMatchObject({ status: 0, stderr: '' });
      },
    );
  });
}

/** Speaks on several sockets and kills the server in the middle. */
async function killWhileSpeaking(server: RealServer, interview: Speech): Promise<readonly SeenSession[]> {
  const clients = await Promise.all(Array.from({ length: STREAMS }, () => connectOptedIn(server.url)));
  const speaking = clients.map((client) => speak(client, interview.pcm, 12));
  const enough = FINALS_BEFORE_KILL + Math.floor(Math.random() * FINALS_BEFORE_KILL);
  await sawFinals(clients, enough);
  server.signal('SIGKILL');
  await Promise.all([server.exited, ...clients.map(({ closed }) => closed), ...speaking]);
  return clients.map((client) => ({ id: client.all('ready')[0]?.sessionId ?? '', finals: finalsOf(client) }));
}

/** Resolves in the same turn of the event loop as the last of these finals, so that others are still on their way. */
function sawFinals(clients: readonly Client[], count: number): Promise<void> {
  return new Promise((resolve) => {
    const check = (): void => {
      if (clients.flatMap(finalsOf).length >= count) resolve();
    };
    for (const { socket } of clients) socket.on('message', check);
  });
}

function finalsOf(client: Client): readonly string[] {
  return client.all('transcription').flatMap(({ isFinal, text }) => (isFinal ? [text] : []));
}

async function recordOf(url: string, id: string): Promise<RecordBody> {
  const response = await fetch(sessionUrl(url, id));
  expect(response.status).toBe(200);
  return (await response.json()) as RecordBody;
}

function sessionUrl(url: string, id: string): string {
  return `${url}/api/v1/sessions/${id}`;
}
