import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as elapsed } from 'node:timers/promises';
import { SAMPLE_RATE } from '../clips/sound.js';
import { openClient, type LiveClient } from '../load/live-client.js';
import { framesOf, type Track } from '../load/track.js';
import { distribution, type Distribution } from '../measure/distribution.js';
import { comparableWords } from '../score/comparable-text.js';
import { alignWords } from '../score/word-errors.js';
import { auscultCommand, processOf, startServer, type Target } from '../server/target.js';

/** How often a server is killed, and when. */
export interface UnsentSpeechPlan {
  readonly kills: number;
  /** Speech before a kill: so much at least, and at random up to as much more, seconds. */
  readonly seconds: number;
  /** More flags of the server. */
  readonly serve: readonly string[];
}

export interface UnsentSpeechResults {
  readonly streams: number;
  readonly kills: number;
  readonly sessions: number;
  readonly wallSeconds: number;
  /** Words of the same audio in a session that was not interrupted, up to shortly before the kill. */
  readonly words: number;
  /** How many of those are not in the record, and how many are there as another word. */
  readonly missing: number;
  readonly different: number;
  /** Sessions whose record says that audio is missing. */
  readonly incomplete: number;
  /** From the moment when the server was ready again until the records of all sessions were complete, s. */
  readonly completed: Distribution | undefined;
}

/** A session that was cut off. */
interface CutSession {
  readonly track: Track;
  /** Audio that was sent, samples. */
  readonly sent: number;
  readonly words: readonly string[];
  readonly isIncomplete: boolean;
}

const FRAME_SECONDS = 0.1;
const POLL_MS = 50;
/** Twelve times as long as the figure that is aimed at. */
const PATIENCE_MS = 120_000;

/** Words that end later than this before the kill may have been cut, or not taken yet, seconds. */
const UNSURE_SECONDS = 0.75;

/**
 * Kills a server with SIGKILL while clients of the original protocol speak in real time, which can send nothing again, and compares
 * the records that the next start completes with those of the same audio in sessions that are not interrupted.
 */
export async function measureUnsentSpeech(
  tracks: readonly Track[],
  plan: UnsentSpeechPlan,
  onKill: () => void,
): Promise<UnsentSpeechResults> {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'auscult-unsent-'));
  const command = auscultCommand([
    ...['--max-final-delay-seconds', '600', '--data-directory', dataDirectory],
    ...plan.serve,
  ]);
  const startedAt = performance.now();
  const cut: CutSession[] = [];
  const completed: number[] = [];
  let server = await startServer(command);
  try {
    for (let kill = 0; kill < plan.kills; kill++) {
      const sent = await speakUntilKilled(server, tracks, plan.seconds * (1 + Math.random()));
      server = await startServer(command);
      const readyAt = performance.now();
      const records = await completedRecords(server, tracks.length);
      completed.push((performance.now() - readyAt) / 1000);
      records.forEach((record, index) => {
        const track = tracks[index];
        if (track) cut.push({ ...record, track, sent: sent[index] ?? 0 });
      });
      onKill();
    }
    const counts = { words: 0, missing: 0, different: 0 };
    for (const session of cut) await compare(server, session, counts);
    return {
      streams: tracks.length,
      kills: plan.kills,
      sessions: cut.length,
      wallSeconds: (performance.now() - startedAt) / 1000,
      ...counts,
      incomplete: cut.filter(({ isIncomplete }) => isIncomplete).length,
      completed: distribution(completed),
    };
  } finally {
    await server.stop();
    rmSync(dataDirectory, { recursive: true });
  }
}

/** Resolves with the samples that were sent of each track. */
async function speakUntilKilled(
  server: Target,
  tracks: readonly Track[],
  seconds: number,
): Promise<readonly number[]> {
  const clients: LiveClient[] = [];
  // One after another, so that their order tells the records apart.
  for (let index = 0; index < tracks.length; index++) clients.push(await openPlain(server));
  const sent = tracks.map(() => 0);
  const speaking = clients.map(async (client, index) => {
    const startedAt = performance.now();
    for (const frame of framesOf(tracks[index] ?? { parts: [], seconds: 0 }, FRAME_SECONDS)) {
      const due = startedAt + ((sent[index] ?? 0) / SAMPLE_RATE) * 1000;
      await elapsed(Math.max(0, due - performance.now()));
      if (client.received.closed !== undefined || !client.send(frame)) return;
      sent[index] = (sent[index] ?? 0) + frame.length / 2;
    }
  });
  await elapsed(seconds * 1000);
  const before = [...sent];
  process.kill(processOf(server), 'SIGKILL');
  await server.stop();
  await Promise.all(speaking);
  return before;
}

function openPlain({ url }: Target): Promise<LiveClient> {
  return openClient({ url, speaks: 'plain', partials: false, quietSeconds: 3 });
}

interface RecordBody {
  readonly id: string;
  readonly startedAt: string;
  readonly endedAt?: string;
  readonly missingSeconds?: number;
  readonly segments: readonly {
    readonly versions: readonly {
      readonly words: readonly { readonly text: string; readonly end: number }[];
    }[];
  }[];
}

/** The records of the latest sessions, in the order of their beginning, once all have ended. */
async function completedRecords(
  server: Target,
  count: number,
): Promise<readonly Pick<CutSession, 'words' | 'isIncomplete'>[]> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    const latest = await latestSessions(server, count);
    if (latest.every(({ endedAt }) => endedAt !== undefined) || performance.now() > until)
      return Promise.all(
        latest.map(async ({ id, missingSeconds }) => ({
          words: (await wordsOf(server, id)).map(({ text }) => text),
          isIncomplete: missingSeconds !== 0,
        })),
      );
    await elapsed(POLL_MS);
  }
}

async function latestSessions({ httpUrl }: Target, count: number): Promise<readonly RecordBody[]> {
  const response = await fetch(`${httpUrl}/api/v1/sessions?limit=${String(count)}`);
  const { sessions } = (await response.json()) as { readonly sessions: readonly RecordBody[] };
  return [...sessions].sort((one, other) => one.startedAt.localeCompare(other.startedAt));
}

async function wordsOf(
  { httpUrl }: Target,
  id: string,
): Promise<readonly { readonly text: string; readonly end: number }[]> {
  const { segments } = (await (await fetch(`${httpUrl}/api/v1/sessions/${id}`)).json()) as RecordBody;
  return segments
    .flatMap(({ versions: [first] }) => first?.words ?? [])
    .flatMap(({ text, end }) => comparableWords(text).map((word) => ({ text: word, end })));
}

async function compare(
  server: Target,
  { track, sent, words }: CutSession,
  counts: { words: number; missing: number; different: number },
): Promise<void> {
  const client = await openPlain(server);
  let left = sent;
  for (const frame of framesOf(track, FRAME_SECONDS)) {
    if (left <= 0 || !client.send(frame.subarray(0, 2 * left))) break;
    left -= frame.length / 2;
    await elapsed(10);
  }
  await client.finish();
  const [own] = await latestSessions(server, 1);
  if (own === undefined) return;
  const sure = sent / SAMPLE_RATE - UNSURE_SECONDS;
  const said = await wordsOf(server, own.id);
  const pairs = alignWords(
    said.map(({ text }) => text),
    words,
  );
  for (const { reference, hypothesis } of pairs) {
    const word = reference === undefined ? undefined : said[reference];
    if (word === undefined || word.end > sure) continue;
    counts.words += 1;
    if (hypothesis === undefined) counts.missing += 1;
    else if (words[hypothesis] !== word.text) counts.different += 1;
  }
}
