import { expect } from 'vitest';
import { silence, type Client } from '../support/client.js';
import { startScriptedServer, type ScriptedServer } from '../support/scripted-server.js';
import { until } from '../support/until.js';
import { crashed } from './crash.js';

/** Speaks for so many seconds, and waits until they are on disk, if they can be. */
export async function said(server: ScriptedServer, client: Client, seconds: number): Promise<void> {
  const before = bytesHeard(server);
  const commits = await commitsOf(server);
  client.send(silence(seconds));
  await until(() => bytesHeard(server) === before + silence(seconds).length);
  await until(async () => (await commitsOf(server)) > commits);
  await until(
    async () => (await server.metrics()).includes('auscult_journal_waiting_bytes 0') || isFailing(server),
  );
}

async function commitsOf(server: ScriptedServer): Promise<number> {
  return Number(/auscult_journal_commit_seconds_count (\d+)/.exec(await server.metrics())?.[1]);
}

function isFailing(server: ScriptedServer): boolean {
  return server.log().includes('CANNOT BE KEPT ON DISK');
}

/** Kills a server, as it were, and starts another on what is on its disk. */
export async function restarted(
  server: ScriptedServer,
  overrides: Parameters<typeof startScriptedServer>[0] = {},
): Promise<ScriptedServer> {
  return startAgain(await crashed(server), overrides);
}

/** Starts a server on what another has left; whatever it hears is `still hurts`. */
export async function startAgain(
  dataDirectory: string,
  overrides: Parameters<typeof startScriptedServer>[0] = {},
): Promise<ScriptedServer> {
  const server = await startScriptedServer({ ...overrides, dataDirectory });
  server.recognizer.says = 'still hurts';
  return server;
}

interface RecordBody {
  readonly id: string;
  readonly endedAt?: string;
  readonly segments: readonly {
    readonly versions: readonly { readonly text: string; readonly start: number; readonly end: number }[];
  }[];
}

/** The only record there is. */
export async function onlyRecord(server: ScriptedServer): Promise<RecordBody> {
  const { sessions } = (await (await fetch(`${server.url}/api/v1/sessions`)).json()) as {
    readonly sessions: readonly RecordBody[];
  };
  expect(sessions).toHaveLength(1);
  return sessions[0] as RecordBody;
}

/** A record with its text. */
export async function recordOf(server: ScriptedServer, id: string | undefined): Promise<RecordBody> {
  return (await (await fetch(`${server.url}/api/v1/sessions/${String(id)}`)).json()) as RecordBody;
}

/** Text and times of the finals of a record: the only one, unless another is named. */
export async function segmentsOf(
  server: ScriptedServer,
  id?: string,
): Promise<readonly (readonly [text: string, start: number, end: number])[]> {
  const { segments } = await recordOf(server, id ?? (await onlyRecord(server)).id);
  return segments.map(({ versions: [first] }) => [first?.text ?? '', first?.start ?? -1, first?.end ?? -1]);
}

/** How much the first stream of a server was given to hear. */
export function bytesHeard(server: ScriptedServer): number {
  return (server.recognizer.streams[0]?.pushed ?? []).reduce((sum, { length }) => sum + length, 0);
}
