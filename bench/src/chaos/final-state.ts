import { readdirSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { join } from 'node:path';
import { setTimeout as elapsed } from 'node:timers/promises';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { settingsEnvironment } from '../server/target.js';
import type { Note, SeenRecord } from './history.js';
import { answers } from '../server/answers.js';
import type { Scene, ServerPlace } from './scene.js';
import { transcriptionsOf } from './uploads.js';
import { cliPath } from '../server/cli-path.js';

const POLL_MS = 500;
const ANSWERS_WITHIN_MS = 20_000;

/** Waits for all that was promised, as long as `patience` lasts, and notes how it has ended. */
export async function noteFinalState(
  scene: Scene,
  uploads: readonly string[],
  note: Note,
  patienceSeconds: number,
): Promise<void> {
  const [server] = scene.servers;
  if (server === undefined) return;
  const until = performance.now() + 1000 * patienceSeconds;
  for (const { name, httpUrl } of scene.servers)
    await within(until, `${name} is ready`, note, () => answers(`${httpUrl}/health/ready`));
  await within(until, 'the end of all recordings', note, async () => {
    const known = new Map((await transcriptionsOf(server.httpUrl)).map((one) => [one.id, one]));
    return uploads.every(
      (id) => !['queued', 'running', 'receiving'].includes(known.get(id)?.status ?? 'gone'),
    );
  });
  await within(until, 'the end of all sessions', note, async () =>
    (await sessionsOf(server)).every(({ endedAt }) => endedAt !== undefined),
  );
  await within(
    until,
    'that nothing waits in JetStream',
    note,
    async () => (await waiting(scene)).length === 0,
  );
  for (const stream of await waiting(scene).catch(() => [])) note({ saw: 'left', file: stream });
  const known = new Map((await transcriptionsOf(server.httpUrl)).map((one) => [one.id, one]));
  for (const id of uploads) {
    const { status = 'unknown', sessionId } = known.get(id) ?? {};
    // The record of a recording has the id of its transcription.
    note({ saw: 'transcribed', upload: id, status, session: sessionId ?? id });
  }
  for (const { id } of await sessionsOf(server)) note(await recordOf(server, id));
}

async function within(until: number, what: string, note: Note, isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo().catch(() => false))) {
    if (performance.now() > until) {
      note({ saw: 'unanswered', what });
      return;
    }
    await elapsed(POLL_MS);
  }
}

interface SessionBody {
  readonly id: string;
  readonly endedAt?: string;
  readonly missingSeconds?: number;
}

interface RecordBody extends SessionBody {
  readonly isWhole: boolean;
  readonly segments: readonly {
    readonly versions: readonly { readonly text: string; readonly start: number; readonly end: number }[];
  }[];
}

async function sessionsOf(server: ServerPlace): Promise<readonly SessionBody[]> {
  const all: SessionBody[] = [];
  let after = '';
  do {
    const page = await read<{ readonly sessions: readonly SessionBody[]; readonly next?: string }>(
      `${server.httpUrl}/api/v1/sessions?limit=200${after}`,
    );
    all.push(...page.sessions);
    after = page.next === undefined ? '' : `&after=${encodeURIComponent(page.next)}`;
  } while (after !== '');
  return all;
}

async function recordOf({ httpUrl }: ServerPlace, session: string): Promise<SeenRecord> {
  const {
    endedAt,
    missingSeconds = 0,
    isWhole,
    segments,
  } = await read<RecordBody>(`${httpUrl}/api/v1/sessions/${session}`);
  return {
    saw: 'record',
    session,
    hasEnded: endedAt !== undefined,
    missingSeconds,
    isWhole,
    finals: segments.flatMap(({ versions: [first] }) => {
      if (first === undefined) return [];
      const { start, end, text } = first;
      return [{ start, end, text }];
    }),
  };
}

async function read<Body>(url: string): Promise<Body> {
  const response = await fetch(url, { signal: AbortSignal.timeout(ANSWERS_WITHIN_MS) });
  if (!response.ok) throw new Error(`${url} was answered with ${String(response.status)}`);
  return (await response.json()) as Body;
}

interface StreamsBody {
  readonly account_details?: readonly { readonly stream_detail?: readonly StreamDetail[] }[];
}

interface StreamDetail {
  readonly name: string;
  readonly state: { readonly messages: number; readonly bytes: number };
}

/** What an object store keeps of each object that was deleted is smaller, bytes. */
const MOST_NOTE_BYTES = 1024;

/** Buckets of keys and values are meant to stay, and so are notes of deleted objects. */
function isAudioThere({ name, state: { messages, bytes } }: StreamDetail): boolean {
  if (name.startsWith('KV_')) return false;
  return name.startsWith('OBJ_') ? bytes > MOST_NOTE_BYTES * messages : messages > 0;
}

/** Audio that JetStream still stores. */
async function waiting({ natsMonitor }: Scene): Promise<readonly string[]> {
  const { account_details: accounts = [] } = await read<StreamsBody>(
    `${natsMonitor}/jsz?accounts=true&streams=true`,
  );
  return accounts
    .flatMap(({ stream_detail: streams = [] }) => streams)
    .filter(isAudioThere)
    .map(
      ({ name, state }) => `stream ${name}, ${String(state.messages)} messages, ${String(state.bytes)} bytes`,
    );
}

/** Notes files that servers should have removed, once they have stopped. */
export function noteFilesLeft({ servers, folder }: Scene, note: Note): void {
  for (const { name, dataDirectory } of servers) {
    for (const below of [
      join(folder, name, 'tmp'),
      join(dataDirectory, 'spool'),
      join(dataDirectory, 'journal'),
    ])
      for (const file of filesBelow(below)) note({ saw: 'left', file: file.slice(folder.length + 1) });
  }
}

/** The name of the spool itself, which stays. */
const PLACE = 'place';

function filesBelow(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name !== PLACE)
      .map(({ parentPath, name }) => join(parentPath, name));
  } catch {
    return [];
  }
}

/** Verifies the audit log as an operator would, with the anchors of each server. */
export async function noteAudit({ servers }: Scene, note: Note): Promise<void> {
  const cli = cliPath();
  for (const { name, storage } of servers) {
    // The exit status tells of problems, and so does the output.
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [cli, 'audit', 'verify', '--json', ...storage],
      { env: settingsEnvironment() },
    ).catch((error: unknown) => error as { readonly stdout: string });
    const { entries, problems } = JSON.parse(stdout) as {
      readonly entries: number;
      readonly problems: readonly unknown[];
    };
    note({ saw: 'audit', server: name, entries, problems: problems.length });
  }
}
