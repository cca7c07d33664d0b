import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as elapsed } from 'node:timers/promises';
import { promisify } from 'node:util';
import { openClient, type LiveClient } from '../load/live-client.js';
import { framesOf, type Track } from '../load/track.js';
import { distribution, type Distribution } from '../measure/distribution.js';
import {
  auscultCommand,
  processOf,
  settingsEnvironment,
  startServer,
  type Target,
} from '../server/target.js';
import { cliPath } from '../server/cli-path.js';

/** How often a server is killed, and what it does at the time. */
export interface KillPlan {
  /** The least number of finals that clients see. */
  readonly finals: number;
  /** How often the server is killed while they arrive. */
  readonly kills: number;
  /** How many times faster than real time audio is sent. */
  readonly speed: number;
  /** Address of an empty PostgreSQL database; the embedded one if absent. */
  readonly database: string | undefined;
  /** More flags of the server. */
  readonly serve: readonly string[];
}

export interface KillResults {
  readonly database: 'embedded' | 'PostgreSQL';
  readonly streams: number;
  readonly kills: number;
  readonly sessions: number;
  readonly wallSeconds: number;
  /** From the start of a process to its first session, s. */
  readonly starts: Distribution | undefined;
  /** Finals that clients saw. */
  readonly seen: number;
  /** How many of those are not in the record, and how many are there with another text. */
  readonly missing: number;
  readonly different: number;
  /** Finals in the record that no client saw: they were committed just as the server was killed. */
  readonly unseen: number;
  /** Sessions that are still open after the last start. */
  readonly leftOpen: number;
  readonly auditEntries: number;
  readonly auditProblems: number;
}

/** What a client received of one session. */
interface SeenSession {
  readonly id: string;
  readonly finals: readonly string[];
}

/** Kills a server with SIGKILL at random moments while finals arrive, and compares what clients saw with the record. */
export async function measureKills(
  tracks: readonly Track[],
  plan: KillPlan,
  onKill: () => void,
): Promise<KillResults> {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'auscult-kills-'));
  const storage = [
    ...['--data-directory', dataDirectory],
    ...(plan.database === undefined ? [] : ['--database', plan.database]),
  ];
  const command = auscultCommand(['--max-final-delay-seconds', '600', ...storage, ...plan.serve]);
  const startedAt = performance.now();
  const starts: number[] = [];
  const seen: SeenSession[] = [];
  try {
    for (let left = plan.kills; left > 0; left--) {
      const server = await startServer(command);
      starts.push(server.startSeconds ?? 0);
      const target = share(plan.finals - countOf(seen), left);
      seen.push(...(await killWhileSpeaking(server, tracks, plan.speed, target)));
      onKill();
    }
    const last = await startServer(command);
    const compared = await compare(last, seen).finally(() => last.stop());
    return {
      database: plan.database === undefined ? 'embedded' : 'PostgreSQL',
      streams: tracks.length,
      kills: plan.kills,
      sessions: seen.length,
      wallSeconds: (performance.now() - startedAt) / 1000,
      starts: distribution(starts),
      seen: countOf(seen),
      ...compared,
      ...(await verifyAudit(storage)),
    };
  } finally {
    rmSync(dataDirectory, { recursive: true });
  }
}

/** A random number of finals, which adds up to `finals`; at the last kill, all that are left. */
function share(finals: number, killsLeft: number): number {
  const even = Math.max(1, finals / killsLeft);
  return killsLeft === 1 ? Math.ceil(even) : Math.ceil(even * (0.5 + Math.random()));
}

function countOf(sessions: readonly SeenSession[]): number {
  return sessions.reduce((sum, { finals }) => sum + finals.length, 0);
}

const FRAME_SECONDS = 0.25;
const POLL_MS = 5;
/** The longest that a kill comes after the final it waited for, milliseconds. */
const LONGEST_DELAY_MS = 40;

async function killWhileSpeaking(
  server: Target,
  tracks: readonly Track[],
  speed: number,
  finals: number,
): Promise<readonly SeenSession[]> {
  const options = { url: server.url, speaks: 'auscult.v1', partials: false, quietSeconds: 0 } as const;
  const clients = await Promise.all(tracks.map(() => openClient(options)));
  const speaking = clients.map((client, index) => speak(client, tracks[index], speed));
  const received = () => clients.reduce((sum, client) => sum + finalsOf(client).length, 0);
  while (received() < finals && clients.some(isOpen)) await elapsed(POLL_MS);
  await elapsed(Math.random() * LONGEST_DELAY_MS);
  process.kill(processOf(server), 'SIGKILL');
  await server.stop();
  // What the server had sent before it was killed still arrives.
  while (clients.some(isOpen)) await elapsed(POLL_MS);
  await Promise.all(speaking);
  return clients.map((client) => ({ id: client.received.sessionId ?? '', finals: finalsOf(client) }));
}

async function speak(client: LiveClient, track: Track | undefined, speed: number): Promise<void> {
  if (track === undefined) return;
  while (isOpen(client)) {
    for (const frame of framesOf(track, FRAME_SECONDS)) {
      if (!client.send(frame)) return;
      await elapsed((1000 * FRAME_SECONDS) / speed);
    }
  }
}

function isOpen({ received }: LiveClient): boolean {
  return received.closed === undefined;
}

function finalsOf({ received }: LiveClient): readonly string[] {
  return received.hypotheses.filter(({ isFinal }) => isFinal).map(({ text }) => text);
}

interface RecordBody {
  readonly endedAt?: string;
  readonly segments: readonly { readonly versions: readonly { readonly text: string }[] }[];
}

async function compare(
  { httpUrl }: Target,
  seen: readonly SeenSession[],
): Promise<Pick<KillResults, 'missing' | 'different' | 'unseen' | 'leftOpen'>> {
  const counts = { missing: 0, different: 0, unseen: 0, leftOpen: 0 };
  for (const { id, finals } of seen) {
    const response = await fetch(`${httpUrl}/api/v1/sessions/${id}`);
    const record = response.ok ? ((await response.json()) as RecordBody) : undefined;
    const recorded = record?.segments.map(({ versions }) => versions[0]?.text) ?? [];
    finals.forEach((text, place) => {
      if (recorded[place] === undefined) counts.missing += 1;
      else if (recorded[place] !== text) counts.different += 1;
    });
    counts.unseen += Math.max(0, recorded.length - finals.length);
    if (record?.endedAt === undefined) counts.leftOpen += 1;
  }
  return counts;
}

/** Whether the log is whole, its anchors included, checked as an operator would. */
async function verifyAudit(
  storage: readonly string[],
): Promise<Pick<KillResults, 'auditEntries' | 'auditProblems'>> {
  const cli = cliPath();
  const command = [cli, 'audit', 'verify', '--json', ...storage];
  // The exit status tells of problems, and so does the output.
  const { stdout } = await promisify(execFile)(process.execPath, command, {
    env: settingsEnvironment(),
  }).catch((error: unknown) => error as { readonly stdout: string });
  const { entries, problems } = JSON.parse(stdout) as { entries: number; problems: readonly unknown[] };
  return { auditEntries: entries, auditProblems: problems.length };
}
