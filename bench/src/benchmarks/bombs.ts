import { readdirSync, readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { setTimeout as elapsed } from 'node:timers/promises';
import type { Bomb } from '../bombs/bombs.js';
import { openClient } from '../load/live-client.js';
import { framesOf, type Track } from '../load/track.js';
import { auscultCommand, startServer, type Target } from '../server/target.js';

/** What a speaker notices while bombs of one container are uploaded. */
export interface BombResult {
  readonly container: string;
  /** Answered uploads, by status or error code. */
  readonly answers: Readonly<Record<string, number>>;
  /** Words said while bombs were uploaded, and how many of those heard without bombs are missing. */
  readonly words: number;
  readonly lost: number;
  /** From the end of an utterance to its final, the worst, seconds; and without bombs. */
  readonly worstFinal: number;
  readonly worstFinalBefore: number;
  /**
   * The slowest answer of `/health/live`, which only the event loop can delay, milliseconds; and without
   * bombs.
   */
  readonly loop: number;
  readonly loopBefore: number;
  /** Peak growth of the memory of the server and all its children, shared pages counted once, MB. */
  readonly memory: number;
}

/** Uploads at a time. */
const AT_A_TIME = 16;

/** Has a speaker's track recognised while sixteen bombs at a time are uploaded, container by container. */
export async function measureBombs(
  track: Track,
  bombs: readonly Bomb[],
  serve: readonly string[],
  onDone: () => void,
): Promise<readonly BombResult[]> {
  const server = await startServer(auscultCommand(['--max-transcription-jobs', '64', ...serve]));
  try {
    const before = await listen(server, track);
    const results: BombResult[] = [];
    for (const container of new Set(bombs.map((bomb) => bomb.container))) {
      const files = bombs
        .filter((bomb) => bomb.container === container)
        .map(({ build }) => new Uint8Array(build()));
      const uploads = uploadOver(server, files);
      const beside = await listen(server, track);
      const answers = await uploads.end();
      await untilIdle(server);
      results.push({
        container,
        answers,
        words: beside.words.length,
        lost: missing(before.words, beside.words),
        worstFinal: beside.worstFinal,
        worstFinalBefore: before.worstFinal,
        loop: beside.loop,
        loopBefore: before.loop,
        memory: (beside.memory - before.memory) / 1e6,
      });
      onDone();
    }
    return results;
  } finally {
    await server.stop();
  }
}

interface Heard {
  readonly words: readonly string[];
  readonly worstFinal: number;
  readonly loop: number;
  /** Bytes. */
  readonly memory: number;
}

const FRAME_SECONDS = 0.1;

/** Speaks in real time while watching the server. */
async function listen(server: Target, track: Track): Promise<Heard> {
  const watch = watchServer(server);
  const client = await openClient({
    url: server.url,
    speaks: 'auscult.v1',
    partials: false,
    quietSeconds: 0,
  });
  const startedAt = performance.now();
  let sent = 0;
  for (const frame of framesOf(track, FRAME_SECONDS)) {
    client.send(frame);
    sent += FRAME_SECONDS * 1000;
    await elapsed(Math.max(0, startedAt + sent - performance.now()));
  }
  await client.finish();
  const finals = client.received.hypotheses.filter(({ isFinal }) => isFinal);
  const delays = finals.map(({ at, end = 0 }) => (at - startedAt) / 1000 - end);
  return {
    words: finals.flatMap(({ text }) => text.toLowerCase().match(/[a-z0-9']+/g) ?? []),
    worstFinal: Math.max(...delays),
    ...(await watch.end()),
  };
}

interface Uploads {
  /** Aborts uploads that have begun, deletes what was accepted, and returns how the others were answered. */
  end(): Promise<Readonly<Record<string, number>>>;
}

function uploadOver({ httpUrl }: Target, files: readonly Uint8Array<ArrayBuffer>[]): Uploads {
  const answers: Record<string, number> = {};
  const over = new AbortController();
  const upload = async (from: number): Promise<void> => {
    for (let index = from; !over.signal.aborted; index++) {
      const form = new FormData();
      form.append('file', new Blob([files[index % files.length] ?? '']), 'visit');
      const response = await fetch(`${httpUrl}/api/v1/transcriptions`, {
        method: 'POST',
        body: form,
        signal: over.signal,
      });
      const { id, error } = (await response.json()) as { id?: string; error?: { code: string } };
      const answer = error?.code ?? String(response.status);
      answers[answer] = (answers[answer] ?? 0) + 1;
      if (id === undefined) await elapsed(error?.code === 'too_many_transcriptions' ? 1_000 : 0);
      else taken.push(id);
    }
  };
  const taken: string[] = [];
  const all = Promise.allSettled(Array.from({ length: AT_A_TIME }, (_, index) => upload(index)));
  return {
    end: async () => {
      over.abort();
      await all;
      for (const id of taken) await fetch(`${httpUrl}/api/v1/transcriptions/${id}`, { method: 'DELETE' });
      return answers;
    },
  };
}

/** Resolves once no decoder runs: soon after nobody waits for one any more. */
async function untilIdle({ pid = 0 }: Target): Promise<void> {
  const isDecoder = (child: number) => commandOf(child).includes('decoder-main');
  for (let waited = 0; childrenOf(pid).some(isDecoder) && waited < LONGEST_REST_MS; waited += POLL_MS)
    await elapsed(POLL_MS);
}

const LONGEST_REST_MS = 20_000;

const POLL_MS = 100;

function watchServer({ httpUrl, pid = 0 }: Target): { end(): Promise<Pick<Heard, 'loop' | 'memory'>> } {
  let [loop, memory] = [0, 0];
  const over = new AbortController();
  const watching = (async () => {
    while (!over.signal.aborted) {
      const asked = performance.now();
      await (await fetch(`${httpUrl}/health/live`)).text();
      loop = Math.max(loop, performance.now() - asked);
      memory = Math.max(memory, memoryOf(pid));
      await elapsed(POLL_MS);
    }
  })();
  return {
    end: async () => {
      over.abort();
      await watching;
      return { loop, memory };
    },
  };
}

/** Memory of a process and all its descendants, bytes; Linux only. */
function memoryOf(pid: number): number {
  try {
    const share = /^Pss: +(\d+)/m.exec(readFileSync(`/proc/${String(pid)}/smaps_rollup`, 'utf8'))?.[1] ?? 0;
    return Number(share) * 1024 + childrenOf(pid).reduce((sum, child) => sum + memoryOf(child), 0);
  } catch {
    return 0;
  }
}

function childrenOf(pid: number): readonly number[] {
  return readdirSync(`/proc/${String(pid)}/task`).flatMap((task) =>
    readFileSync(`/proc/${String(pid)}/task/${task}/children`, 'utf8')
      .split(' ')
      .filter(Boolean)
      .map(Number),
  );
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

/** Words of `before` that `beside` lacks, comparing in order. */
function missing(before: readonly string[], beside: readonly string[]): number {
  let row: number[] = new Array<number>(beside.length + 1).fill(0);
  for (const word of before) {
    const next = [0];
    beside.forEach((other, index) => {
      next.push(word === other ? (row[index] ?? 0) + 1 : Math.max(row[index + 1] ?? 0, next[index] ?? 0));
    });
    row = next;
  }
  return before.length - (row.at(-1) ?? 0);
}
