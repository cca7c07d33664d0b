import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { distribution, type Distribution } from '../measure/distribution.js';
import { watchProcesses, type ProcessUse } from '../server/process-use.js';
import { startServer, type ServerCommand } from '../server/target.js';

/** One start of a server. */
export interface Start {
  /** From `npm start` to the answer that the server is ready, seconds. */
  readonly seconds: number;
  /** Memory and processor time once all processes are ready; undefined on systems without `/proc/PID/smaps_rollup`. */
  readonly use: ProcessUse | undefined;
}

/** What starts take. */
export interface StartResults {
  /** A build that has nothing to do, seconds. */
  readonly build: Distribution | undefined;
  /** With empty caches for graphs and the lexicon. */
  readonly cold: Start;
  readonly warm: readonly Start[];
}

/** The whole checkout, in which `npm start` is run. */
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** By then, the processes that were not awaited are ready too. */
const SETTLE_MS = 3000;

/** Starts a server with `npm start` and empty caches, and then some times more. */
export async function measureStart(warmRuns: number, onStarted: () => void): Promise<StartResults> {
  const folder = mkdtempSync(join(tmpdir(), 'auscult-bench-start-'));
  try {
    build();
    const cold = await start(folder);
    onStarted();
    const warm: Start[] = [];
    for (let run = 0; run < warmRuns; run++) {
      warm.push(await start(folder));
      onStarted();
    }
    return { build: distribution(Array.from({ length: warmRuns }, build)), cold, warm };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function start(folder: string): Promise<Start> {
  const server = await startServer(npmStart(folder));
  try {
    await setTimeout(SETTLE_MS);
    const watch = server.pid === undefined ? undefined : watchProcesses(server.pid, SETTLE_MS);
    watch?.stop();
    return { seconds: server.startSeconds ?? 0, use: watch?.samples.at(-1) };
  } finally {
    await server.stop();
  }
}

function npmStart(folder: string): ServerCommand {
  const settings = ['--log-level', 'warn', '--cache-directory', join(folder, 'cache')];
  const data = ['--data-directory', join(folder, 'data')];
  return {
    program: 'npm',
    args: (port) => [
      '--prefix',
      ROOT,
      'start',
      '--silent',
      '--',
      '--port',
      String(port),
      ...settings,
      ...data,
    ],
    readyPath: '/health/ready',
    readyWithinSeconds: 180,
  };
}

/** Seconds that it takes. */
function build(): number {
  const startedAt = performance.now();
  const { status } = spawnSync(process.execPath, [join(ROOT, 'build.js')], { stdio: 'ignore' });
  if (status !== 0) throw new Error('The build failed. Run `npm run build`.');
  return (performance.now() - startedAt) / 1000;
}
